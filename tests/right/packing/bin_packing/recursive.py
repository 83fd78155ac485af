"""A recursive descent that finds, takes and updates in one walk, in a dictionary of nodes that are made when needed."""


class Rooms:
    def __init__(self, count, capacity):
        self.count, self.capacity, self.largest = count, capacity, {}

    def take(self, length, low=0, high=None):
        high = self.count if high is None else high
        if self.largest.get((low, high), self.capacity) < length:
            return None
        if high - low == 1:
            self.largest[low, high] = self.largest.get((low, high), self.capacity) - length
            return low
        middle = (low + high) // 2
        found = self.take(length, low, middle)
        if found is None:
            found = self.take(length, middle, high)
        left = self.largest.get((low, middle), self.capacity)
        right = self.largest.get((middle, high), self.capacity)
        self.largest[low, high] = left if left > right else right
        return found


def place(pairs, count, capacity):
    rooms, bins = Rooms(count, capacity), {}
    for index, length in pairs:
        bins.setdefault(rooms.take(length), []).append(index)
    return list(bins.values())


def check(lengths, capacity):
    for length in lengths:
        if length <= 0 or length > capacity:
            raise ValueError(f"{length} does not go into {capacity}")


def first_fit(lengths, capacity):
    check(lengths, capacity)
    return place(enumerate(lengths), len(lengths), capacity)


def first_fit_decreasing(lengths, capacity):
    check(lengths, capacity)
    pairs = sorted(enumerate(lengths), key=lambda pair: (-pair[1], pair[0]))
    return place(pairs, len(lengths), capacity)
