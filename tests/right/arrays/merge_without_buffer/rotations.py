"""Rotations: the values of a that are too large and those of b that are too small change sides, then each half again."""


class Both:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def __len__(self):
        return len(self.a) + len(self.b)

    def __getitem__(self, i):
        return self.a[i] if i < len(self.a) else self.b[i - len(self.a)]

    def __setitem__(self, i, value):
        if i < len(self.a):
            self.a[i] = value
        else:
            self.b[i - len(self.a)] = value


def reverse(v, low, high):
    high -= 1
    while low < high:
        v[low], v[high] = v[high], v[low]
        low, high = low + 1, high - 1


def rotate(v, low, middle, high):
    reverse(v, low, middle)
    reverse(v, middle, high)
    reverse(v, low, high)


def first(v, low, high, fits):
    while low < high:
        middle = (low + high) // 2
        if fits(v[middle]):
            high = middle
        else:
            low = middle + 1
    return low


def sym(v, low, middle, high):
    while low < middle < high:
        if high - low == 2:
            if v[middle] < v[low]:
                v[low], v[middle] = v[middle], v[low]
            return
        if middle - low >= high - middle:
            cut = (low + middle) // 2
            pivot = v[cut]
            other = first(v, middle, high, lambda x: not x < pivot)
        else:
            other = (middle + high) // 2
            pivot = v[other]
            cut = first(v, low, middle, lambda x: pivot < x)
            other += 1
        rotate(v, cut, middle, other)
        seam = cut + (other - middle)
        if other == middle and cut == low:
            return
        left = (low, cut, seam)
        right = (seam, other, high)
        if cut < middle and pivot is v[seam]:
            right = (seam + 1, other, high)
        elif seam > low and pivot is v[seam - 1]:
            left = (low, cut, seam - 1)
        if left[2] - left[0] < right[2] - right[0]:
            sym(v, *left)
            low, middle, high = right
        else:
            sym(v, *right)
            low, middle, high = left


def merge(a, b):
    sym(Both(a, b), 0, len(a), len(a) + len(b))
