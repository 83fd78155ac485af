"""Keep the state of an optimizer on one rank each.

Adam holds two numbers for each parameter: a running mean of its gradients, and one of their
squares. In plain data parallel training each of ``world`` ranks holds all of them, and all ranks
compute the same. ZeRO's first stage cuts the parameters into ``world`` shards. Each rank keeps the
state of its own shard only, updates that shard, and gets the other shards from the other ranks.

The parameters are one flat vector of n numbers, the same on every rank. With zeros behind them, up
to the next multiple of ``world``, they fall into shards of ceil(n / world) numbers: shard 0 is for
rank 0, and so on. A step on each rank is this:

    n = 5, world = 2            rank 0               rank 1
    gradient                    a b c d e            A B C D E
    padded                      a b c d e 0          A B C D E 0
    reduce_scatter              mean of a b c        mean of d e 0
    update of the shard         p0 p1 p2             p3 p4 0
    all_gather                  p0 p1 p2 p3 p4 0     p0 p1 p2 p3 p4 0

The update of a parameter p with mean gradient g in step t = 1, 2, ... is AdamW's:

    p = p - lr * weight_decay * p
    m = beta1 * m + (1 - beta1) * g            m and v are 0 at first
    v = beta2 * v + (1 - beta2) * g * g
    p = p - lr * (m / (1 - beta1**t)) / (sqrt(v / (1 - beta2**t)) + eps)

The trap: the shards look alike and are not. The last ones hold padding, and with few parameters and
many ranks some hold nothing else.

Level: 3
Needs: distributed/ring_all_reduce
Source: Rajbhandari et al. 2020, ZeRO, section 5.1; Loshchilov and Hutter 2019, AdamW
Time: O(n / world) for the update, O(n) for the messages
Space: 2 ceil(n / world) numbers of state
"""

from collections.abc import Callable

import numpy as np


class ShardedAdamW:
    """AdamW whose state is spread over the ranks; every rank makes one, and all step at once.

    Args:
        parameters: (n,), float64, n at least 1, with the same values on all ranks; each step
            changes this very array, in which there may be gaps, as in ``x[::2]``.
        lr: learning rate.
        betas: beta1 and beta2, each from 0 on and below 1.
        eps: above 0.
        weight_decay: 0 or more.
        rank: which rank this is, from 0 to world - 1.
        world: how many ranks there are, 1 or more.
        reduce_scatter: takes a flat array of the padded length from each rank, and returns this
            rank's shard of their mean, a new array.
        all_gather: takes a shard from each rank, and returns one flat array of all of them in
            order, padding included, a new array.

    Attributes:
        state_elements: how many numbers of m and v this rank holds: from the first step on, at
            most 2 ceil(n / world). Before that it may be 0, and numbers for padding may be held
            or not. They lie in float64 arrays, and no other array is kept from one step to the
            next.

    Example:
        >>> parameters = np.array([1.0, 2.0])
        >>> alone = {"reduce_scatter": np.copy, "all_gather": np.copy}
        >>> optimizer = ShardedAdamW(parameters, lr=0.5, rank=0, world=1, **alone)
        >>> optimizer.step(np.array([3.0, -4.0]))
        >>> parameters.round(6)
        array([0.5, 2.5])
        >>> optimizer.state_elements
        4

    Limits: other values of these options are not specified.
    """

    state_elements: int

    def __init__(
        self,
        parameters: np.ndarray,
        *,
        lr: float,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        rank: int,
        world: int,
        reduce_scatter: Callable[[np.ndarray], np.ndarray],
        all_gather: Callable[[np.ndarray], np.ndarray],
    ) -> None:
        """An optimizer before its first step."""
        raise NotImplementedError

    def step(self, gradient: np.ndarray) -> None:
        """Update the parameters, on every rank the same.

        Calls ``reduce_scatter`` once, then ``all_gather`` once, with new float64 arrays. The
        padding in both is zeros.

        Args:
            gradient: (n,), float64, this rank's own; unchanged.
        """
        raise NotImplementedError
