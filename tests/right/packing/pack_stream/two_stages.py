"""Two generators: one numbers, checks and drops; the other groups, told apart by cases instead of one condition."""


def pack_stream(lengths, capacity, *, drop_overlong=False):
    if capacity < 1:
        raise ValueError(f"capacity {capacity}")
    return _grouped(_kept(lengths, capacity if drop_overlong else None), capacity)


def _kept(lengths, longest):
    index = 0
    for length in lengths:
        if not length >= 1:
            raise ValueError(f"sample {index} has {length} tokens")
        if longest is None or length <= longest:
            yield index, length
        index += 1


def _grouped(samples, capacity):
    pack, used = [], 0
    for index, length in samples:
        if length > capacity:
            if pack:
                yield pack
            yield [index]
            pack, used = [], 0
        elif used + length < capacity:
            pack.append(index)
            used += length
        elif used + length == capacity:
            yield [*pack, index]
            pack, used = [], 0
        else:
            yield pack
            pack, used = [index], length
            if length == capacity:
                yield pack
                pack, used = [], 0
    if pack:
        yield pack
