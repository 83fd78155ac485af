"""Deal the samples of an epoch out to the ranks.

In data parallel training each rank sees its own samples. All ranks must make the same number of
steps, since each step waits for all of them. So the samples are dealt out like cards, and when they
do not come out even, something is added or left out.

The cards are the samples in order, or in the order of a permutation that all ranks share. The rank
r gets the cards at positions r, r + world, r + 2 world and so on. First the number of cards is made
a multiple of ``world``:

- by default, cards are added behind the last one: the first card once more, then the second one,
  and so on, as often from the start as it takes;
- with ``drop_last``, the last cards are left out.

Five samples and three ranks, then two samples and five ranks:

    0 1 2 3 4 + 0             rank 0: 0 3      rank 1: 1 4    rank 2: 2 0
    0 1 2, drop_last          rank 0: 0        rank 1: 1      rank 2: 2
    0 1 + 0 1 0               rank 0: 0   1: 1   2: 0   3: 1   4: 0

The trap: with few samples and many ranks, going through the samples once more is not enough.

Level: 1
Needs: -
Source: PyTorch, torch.utils.data.DistributedSampler
Time: O(n / world), besides the check of the permutation
Space: O(n / world), besides the check of the permutation
"""

from collections.abc import Sequence


def indices(
    n: int,
    world: int,
    rank: int,
    *,
    drop_last: bool = False,
    permutation: Sequence[int] | None = None,
) -> list[int]:
    """The samples that a rank gets, in order, as a new list of as many as any other rank gets.

    Args:
        n: how many samples there are, 0 or more; 0 samples give every rank an empty list.
        world: how many ranks there are, 1 or more.
        rank: whose samples are asked for, from 0 to world - 1.
        drop_last: leave samples out instead of adding some.
        permutation: the order of the samples, each of 0 to n - 1 once; None for 0, 1, 2, ...;
            unchanged. Samples are dealt, added and left out in this order.

    Raises:
        ValueError: ``n`` is below 0, ``world`` below 1, ``rank`` not one of 0 to world - 1, or
            ``permutation`` does not hold each of 0 to n - 1 just once.

    Example:
        >>> [indices(5, 3, rank) for rank in range(3)]
        [[0, 3], [1, 4], [2, 0]]
        >>> [indices(5, 3, rank, drop_last=True) for rank in range(3)]
        [[0], [1], [2]]
        >>> [indices(2, 5, rank) for rank in range(5)]
        [[0], [1], [0], [1], [0]]
        >>> indices(5, 3, 2, permutation=[4, 0, 3, 1, 2])
        [3, 4]
    """
    raise NotImplementedError
