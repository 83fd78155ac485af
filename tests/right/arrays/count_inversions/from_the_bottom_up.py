"""Merge sort in passes over the whole list, with runs of 1, 2, 4, ... values."""


def count_inversions(values):
    source, width, total = list(values), 1, 0
    while width < len(source):
        target = []
        for start in range(0, len(source), 2 * width):
            i, j = start, start + width
            i_end, j_end = min(j, len(source)), min(start + 2 * width, len(source))
            while i < i_end or j < j_end:
                if j >= j_end or (i < i_end and not source[i] > source[j]):
                    target.append(source[i])
                    i += 1
                else:
                    total += i_end - i
                    target.append(source[j])
                    j += 1
        source = target
        width *= 2
    return total
