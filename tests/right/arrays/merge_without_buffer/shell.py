"""Shell's sort over both lists, with insertion along each gap of Ciura's table."""

GAPS = (1, 4, 10, 23, 57, 132, 301, 701, 1750)


def merge(a, b):
    m = len(a)
    total = m + len(b)
    for gap in reversed(GAPS):
        for start in range(gap, total):
            value = a[start] if start < m else b[start - m]
            place = start
            while place >= gap:
                before = a[place - gap] if place - gap < m else b[place - gap - m]
                if before <= value:
                    break
                if place < m:
                    a[place] = before
                else:
                    b[place - m] = before
                place -= gap
            if place < m:
                a[place] = value
            else:
                b[place - m] = value
