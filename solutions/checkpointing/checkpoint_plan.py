"""Choose which layer outputs to keep, so that little is recomputed and the memory suffices.

A chain of n layers makes n outputs. Each may be kept for the backward pass, or dropped and made
again. Outputs differ: the scores of attention are large and cheap, the result of a matrix
product is smaller and costs more. So the best choice is neither "every second one" nor "the
square root of n": it is a plan, made from numbers.

Each dropped output is recomputed once, at the cost of its layer. Dropped outputs that stand side
by side are recomputed together, from the kept one before them or from the input of the chain,
and are in memory at the same time. So the peak is

    the sizes of all kept outputs
    + the largest total size of a run of dropped neighbours

    output   0   1   2   3   4     keep 1 and 3: the runs are [0], [2], [4]
    size     2   3   9   1   4     peak = 3 + 1 + max(2, 9, 4) = 13
    cost     1   5   2   7   1     recomputed cost = 1 + 2 + 1 = 4

To keep all is one end, to keep none the other; both have the peak 19 here. Between them there
are 2^n choices.

The second function is the classic question for a chain of equal steps. Only its first state is
there, and a given number of slots hold one state each. How many forward steps does it take to
visit the last state, then the one before it, and so on, back to the first?

The trap: a plan that only looks at the cheapest output, or only at the largest, misses. What one
dropped output costs in memory depends on its neighbours.

Level: 3
Needs: -
Source: Griewank and Walther, Algorithm 799: revolve; Jain et al., Checkmate, arXiv:1910.02653
Time: plan O(2^n) at worst, n is at most 16; revolve_cost O(length^2 slots)
Space: plan O(2^n) at worst; revolve_cost O(length slots)
"""

from collections.abc import Sequence

_Choice = tuple[int, int, int, list[int]]


def plan(costs: Sequence[int], sizes: Sequence[int], budget: int) -> tuple[int, list[int]] | None:
    """The least cost of what must be recomputed within a budget of memory.

    Args:
        costs: of each of n layers, an integer of 0 or more: what it takes to make its output.
        sizes: of their outputs, likewise. Integers may be larger than any float.
        budget: the largest peak that is allowed, likewise.

    Returns:
        The sum of the costs of all dropped outputs, the least that any choice within the budget
        reaches; and the indices of the kept outputs in rising order. Where several choices reach
        it, any of them. None where no choice is within the budget. With n = 0: (0, []).

    Raises:
        ValueError: costs and sizes differ in length, or a cost, a size or the budget is negative.

    Example:
        >>> plan([1, 5, 2, 7, 1], [2, 3, 9, 1, 4], 13)
        (4, [1, 3])
        >>> plan([1, 5, 2, 7, 1], [2, 3, 9, 1, 4], 12) is None
        True
    """
    if len(costs) != len(sizes):
        raise ValueError(f"each layer has a cost and a size, got {len(costs)} and {len(sizes)}")
    if min([budget, *costs, *sizes]) < 0:
        raise ValueError(f"negative: one of costs {costs}, sizes {sizes}, budget {budget}")
    n = len(costs)
    # ends[j]: choices for the outputs before j, where output j is kept. The place n, behind the
    # last output, counts as kept.
    ends: list[list[_Choice]] = []
    for j in range(n + 1):
        # hint: Go by the kept output before j. What lies between the two is one run, and all that
        # matters of what came earlier are three numbers.
        found: list[_Choice] = []
        run = cost = 0
        for i in range(j - 1, -2, -1):
            # i is the kept output before j; -1 is the place before the first one.
            for kept, longest, paid, indices in ends[i] if i >= 0 else [(0, 0, 0, [])]:
                size = sizes[i] if i >= 0 else 0
                choice = (kept + size, max(longest, run), paid + cost, [*indices, i])
                if choice[0] + choice[1] <= budget:
                    found.append(choice)
            if i >= 0:
                run += sizes[i]
                cost += costs[i]
        ends.append(_unbeaten(found))
    if not ends[n]:
        return None
    best = min(ends[n], key=lambda choice: choice[2])
    return best[2], best[3][1:]


def _unbeaten(choices: list[_Choice]) -> list[_Choice]:
    """The choices than which no other is as good in all three numbers."""
    # hint: A choice is useless if another one keeps no more, has no longer run and pays no more.
    # Drop it at once, and few are left.
    left: list[_Choice] = []
    for choice in sorted(choices, key=lambda choice: choice[:3]):
        if not any(other[1] <= choice[1] and other[2] <= choice[2] for other in left):
            left.append(choice)
    return left


def revolve_cost(length: int, slots: int) -> int:
    """The least number of forward steps to go back along a chain of equal steps.

    The chain has ``length`` states, of which the first lies in one of ``slots`` slots. One way
    to go back from the last: advance k steps, put that state into a second slot, go back through
    what begins there with one slot less, free the slot, then go back through what comes before.
    The best k is taken each time. With p(l, s) for l states and s slots,

        p(1, s) = 0
        p(l, 1) = l (l - 1) / 2                     (again and again from the start)
        p(l, s) = min over 0 < k < l of  k + p(k, s) + p(l - k, s - 1)

    Args:
        length: 1 or more. Up to 60, with up to 60 slots, the answer takes but a moment: plain
            recursion would take years.
        slots: 1 or more, the one of the first state included; perhaps more than there are states.

    Raises:
        ValueError: length or slots is below 1.

    Example:
        >>> [revolve_cost(6, slots) for slots in (1, 2, 3, 6)]
        [15, 8, 7, 5]
    """
    if length < 1 or slots < 1:
        raise ValueError(f"length and slots must be at least 1, got {length} and {slots}")
    # hint: p(l, s) needs the whole line below it, and the shorter lengths of its own. Two lines of
    # numbers are enough.
    line = [l * (l - 1) // 2 for l in range(length + 1)]  # noqa: E741  # p(l, s), s = 1
    for _ in range(min(slots, length) - 1):
        below, line = line, [0, 0]
        for l in range(2, length + 1):  # noqa: E741
            line.append(min(k + line[k] + below[l - k] for k in range(1, l)))
    return line[length]
