"""Group gradients into buckets.

A model has thousands of parameters. To send each gradient alone would cost thousands of small
messages. To send all of them at once would mean to wait until the backward pass is over. So they
travel in buckets, and a bucket is sent as soon as its last gradient is there.

The backward pass goes through the model from the end to the beginning. The gradients of the last
parameters are there first, and buckets are filled in that order: the last parameter comes first.

A bucket has a limit. Parameters go into it one after another, and it closes as soon as its size has
reached the limit. The one that reaches the limit, or crosses it, is inside. The first bucket has a
limit of its own, smaller as a rule, so that the first message can leave early.

    sizes     4  1  3  2  2  5      first 5, cap 4
    index     0  1  2  3  4  5
    buckets   [5] [4 3] [2 1] [0]   sizes 5 | 2 + 2 | 3 + 1 | 4

The trap: a limit is not a size that a bucket must not exceed. A bucket is sent when it is large
enough, not before it gets too large, and what is left over at the end is sent too.

Level: 1
Needs: -
Source: Li et al. 2020, "PyTorch Distributed", section 3.2.2
Time: O(n)
Space: O(n)
"""

from collections.abc import Sequence


def assign_buckets(sizes: Sequence[int], first: int, cap: int) -> list[list[int]]:
    """The buckets in the order in which they are sent, each a new list of parameter indices.

    Args:
        sizes: how large the gradient of each parameter is, in bytes, 0 or more; unchanged.
        first: the limit of the first bucket, 1 or more.
        cap: the limit of every other bucket, 1 or more.

    Returns:
        Buckets that hold every index once. Read bucket after bucket, the indices fall from n - 1
        to 0. No bucket is empty, so no sizes give no bucket. The
        last bucket may be below its limit, also where it is the first one.

    Raises:
        ValueError: a size is below 0, or a limit below 1.

    Example:
        >>> assign_buckets([4, 1, 3, 2, 2, 5], 5, 4)
        [[5], [4, 3], [2, 1], [0]]
        >>> assign_buckets([3, 0, 9, 1], 2, 100)
        [[3, 2], [1, 0]]
        >>> assign_buckets([], 1, 1)
        []
    """
    raise NotImplementedError
