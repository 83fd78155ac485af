"""Put each sample into the first pack that has room.

All lengths are known here, so a sample may go back to a pack that was begun long ago. A pack is
called a bin in this problem. To find the fewest bins is very hard, but two simple rules come close:

- first fit: take the samples as they come, and put each into the first bin, counted in the order
  in which bins were opened, that still has room for it. If none has, open a new bin behind them.
- first fit decreasing: the same, with the longest samples first. Samples of equal length keep the
  order in which they came.

First fit never takes more than 1.7 times the fewest bins, first fit decreasing hardly more than
11/9 of them.

    lengths 2 6 3 5 7, capacity 10

    first fit               [2 6] [3 5] [7]      indices [0, 1] [2, 3] [4]
    first fit decreasing    [7 3] [6 2] [5]      indices [4, 2] [1, 0] [3]
    next fit                [2 6] [3 5] [7]      not asked for: never looks back

    lengths 6 5 4 5 take two bins by first fit, [6 4] [5 5], and three by next fit

The trap: the rule itself is a loop over all bins. With 100,000 samples and 50,000 bins it takes
billions of steps. Asked for are O(n log n) steps, whatever the lengths are.

Level: 3
Needs: packing/pack_stream
Source: Johnson 1973; Johnson et al. 1974, "Worst-case performance bounds"
Time: O(n log n)
Space: O(n)
"""

from collections.abc import Iterable, Sequence


def first_fit(lengths: Sequence[int], capacity: int) -> list[list[int]]:
    """The bins of first fit, in the order in which they were opened.

    Args:
        lengths: how long each sample is, from 1 to ``capacity``; unchanged.
        capacity: how much a bin holds in all.

    Returns:
        For each bin a new list of the indices of its samples, in the order in which they were put
        there. No bin is empty.

    Raises:
        ValueError: a length is below 1 or above ``capacity``.

    Example:
        >>> first_fit([6, 5, 4, 5], 10)
        [[0, 2], [1, 3]]
        >>> first_fit([2, 6, 3, 5, 7], 10)
        [[0, 1], [2, 3], [4]]
    """
    return _packed(lengths, range(len(lengths)), capacity)


def first_fit_decreasing(lengths: Sequence[int], capacity: int) -> list[list[int]]:
    """The bins of first fit when the longest samples come first; of equal ones, the earlier first.

    Args:
        lengths: as for ``first_fit``; unchanged.
        capacity: as for ``first_fit``.

    Returns:
        As for ``first_fit``: indices into ``lengths``, in the order in which they were put there.

    Raises:
        ValueError: a length is below 1 or above ``capacity``.

    Example:
        >>> first_fit_decreasing([2, 6, 3, 5, 7], 10)
        [[4, 2], [1, 0], [3]]
        >>> first_fit_decreasing([5, 5, 5], 10)
        [[0, 1], [2]]
    """
    order = sorted(range(len(lengths)), key=lambda index: lengths[index], reverse=True)
    return _packed(lengths, order, capacity)


def _packed(lengths: Sequence[int], order: Iterable[int], capacity: int) -> list[list[int]]:
    """The bins of first fit when samples come in that order."""
    for index, length in enumerate(lengths):
        if not 1 <= length <= capacity:
            raise ValueError(f"a length must be from 1 to the capacity {capacity}, got {length} at index {index}")
    # hint: No more bins than samples are ever needed. Let them all be there from the beginning, empty: then opening a
    # bin is no case of its own, as the first one with room may be the first empty one.
    leaves = 1 << max(0, len(lengths) - 1).bit_length()
    # hint: A binary tree over the bins, in which each node knows the largest room below it: the children of node i are
    # 2 i and 2 i + 1, and the leaves are the bins.
    room = [capacity] * (2 * leaves)
    bins: list[list[int]] = []
    for index in order:
        length = lengths[index]
        # hint: Go down from the root to the left wherever the left child has enough room. Afterwards the room at the
        # leaf has changed, and with it that of each node above it.
        node = 1
        while node < leaves:
            node *= 2
            if room[node] < length:
                node += 1
        if node - leaves == len(bins):
            bins.append([])
        bins[node - leaves].append(index)
        room[node] -= length
        while node > 1:
            node //= 2
            room[node] = max(room[2 * node], room[2 * node + 1])
    return bins
