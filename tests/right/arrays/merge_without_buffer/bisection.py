"""The first value of b takes its place in a, the last one of a is inserted into b, found by bisection."""

from bisect import insort


def merge(a, b):
    if not a or not b:
        return
    for i in range(len(a)):
        if b[0] < a[i]:
            value = a[i]
            a[i] = b.pop(0)
            insort(b, value)
