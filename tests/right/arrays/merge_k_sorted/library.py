"""The merge of the standard library, which is stable and compares keys and indices only."""

import heapq


def merge_k(runs, key=None):
    return [*heapq.merge(*runs, key=key)]
