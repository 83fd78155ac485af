"""Rounds of merges of neighbours, from the bottom up; a run without a neighbour waits for the next round."""


def merge_k(runs, key=None):
    def smaller(x, y):
        return x < y if key is None else key(x) < key(y)

    level = [run[:] for run in runs] or [[]]
    while len(level) > 1:
        following = []
        for left, right in zip(level[::2], level[1::2]):
            i = j = 0
            both = []
            while i < len(left) and j < len(right):
                if smaller(right[j], left[i]):
                    both.append(right[j])
                    j += 1
                else:
                    both.append(left[i])
                    i += 1
            both.extend(left[i:])
            both.extend(right[j:])
            following.append(both)
        if len(level) % 2:
            following.append(level[-1])
        level = following
    return level[0]
