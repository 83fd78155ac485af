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
    raise NotImplementedError


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
    raise NotImplementedError
