"""A heap over both lists together, emptied from the back."""


def merge(a, b):
    m, total = len(a), len(a) + len(b)

    def get(i):
        return a[i] if i < m else b[i - m]

    def put(i, value):
        if i < m:
            a[i] = value
        else:
            b[i - m] = value

    def sink(node, end):
        value = get(node)
        while 2 * node + 1 < end:
            child = 2 * node + 1
            if child + 1 < end and get(child + 1) > get(child):
                child += 1
            if not get(child) > value:
                break
            put(node, get(child))
            node = child
        put(node, value)

    for node in range(total // 2 - 1, -1, -1):
        sink(node, total)
    for end in range(total - 1, 0, -1):
        top = get(0)
        put(0, get(end))
        put(end, top)
        sink(0, end)
