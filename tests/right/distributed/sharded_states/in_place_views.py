"""Updates its own slice of the parameters in place, then sends it; the state lives in closures of the instance."""

import numpy as np


class ShardedAdamW:
    __slots__ = ("step", "state_elements")

    def __init__(
        self, parameters, *, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, rank, world, reduce_scatter, all_gather
    ):
        n = parameters.shape[0]
        total = n + -n % world
        mine = slice(rank * total // world, min(n, (rank + 1) * total // world))
        own = parameters[mine]
        first, second = np.zeros_like(own), np.zeros_like(own)
        self.state_elements = first.size * 2
        count = 0

        def step(gradient):
            nonlocal count, first, second
            count += 1
            mean = reduce_scatter(np.concatenate([gradient, np.zeros(total - n)]))[: own.size]
            first = betas[0] * first + (1 - betas[0]) * mean
            second = betas[1] * second + (1 - betas[1]) * np.square(mean)
            own[...] = own - lr * weight_decay * own
            own[...] = own - lr * (first / (1 - betas[0] ** count)) / (np.sqrt(second / (1 - betas[1] ** count)) + eps)
            shard = np.zeros(total // world)
            shard[: own.size] = own
            parameters[...] = all_gather(shard)[:n]

        self.step = step
