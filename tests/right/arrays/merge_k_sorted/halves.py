"""Divide and conquer: the left half of the runs, the right half, and a merge of two lists."""


def merge_k(runs, key=None):
    if key is None:
        key = lambda element: element
    decorated = merge([[(key(e), e) for e in run] for run in runs])
    return [element for _, element in decorated]


def merge(runs):
    if not runs:
        return []
    if len(runs) == 1:
        return runs[0]
    half = len(runs) // 2
    left, right = merge(runs[:half]), merge(runs[half:])
    out, j = [], 0
    for pair in left:
        while j < len(right) and right[j][0] < pair[0]:
            out.append(right[j])
            j += 1
        out.append(pair)
    return out + right[j:]
