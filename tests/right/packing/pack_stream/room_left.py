"""A class with __next__ that counts the room left down, and keeps the one sample that did not fit."""


class pack_stream:
    def __init__(self, lengths, capacity, *, drop_overlong=False):
        if capacity <= 0:
            raise ValueError("no capacity")
        self.samples = enumerate(lengths)
        self.capacity = capacity
        self.drop = drop_overlong
        self.held = None

    def __iter__(self):
        return self

    def read(self):
        for index, length in self.samples:
            if length <= 0:
                raise ValueError(f"length {length}")
            if length <= self.capacity or not self.drop:
                return index, length
        return None

    def __next__(self):
        sample, self.held = self.held or self.read(), None
        if sample is None:
            raise StopIteration
        pack, room = [sample[0]], self.capacity - sample[1]
        while room > 0:
            sample = self.read()
            if sample is None:
                break
            if sample[1] > room:
                self.held = sample
                break
            pack.append(sample[0])
            room -= sample[1]
        return pack
