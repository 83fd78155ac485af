"""Loops over single numbers with math.sqrt; m and v lie in one array of two rows, made by the first step."""

import math

import numpy as np


class ShardedAdamW:
    def __init__(
        self, parameters, *, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, rank, world, reduce_scatter, all_gather
    ):
        self.p, self.lr, self.betas, self.eps, self.decay = parameters, lr, betas, eps, weight_decay
        self.reduce_scatter, self.all_gather = reduce_scatter, all_gather
        self.world, self.t = world, 0
        self.width = math.ceil(len(parameters) / world)
        self.first = rank * self.width
        self.state = None

    @property
    def state_elements(self):
        return 0 if self.state is None else int(self.state.size)

    def step(self, gradient):
        if self.state is None:
            self.state = np.zeros((2, self.width))
        self.t += 1
        b1, b2 = self.betas
        padded = np.array([*gradient, *[0.0] * (self.world * self.width - len(gradient))])
        mean = self.reduce_scatter(padded)
        shard = np.zeros(self.width)
        for place in range(self.width):
            index = self.first + place
            if index >= len(self.p):
                break
            g = float(mean[place])
            m = self.state[0, place] = b1 * float(self.state[0, place]) + (1 - b1) * g
            v = self.state[1, place] = b2 * float(self.state[1, place]) + (1 - b2) * g * g
            p = float(self.p[index])
            p -= self.lr * self.decay * p
            p -= self.lr * (m / (1 - b1**self.t)) / (math.sqrt(v / (1 - b2**self.t)) + self.eps)
            shard[place] = p
        for index, p in enumerate(self.all_gather(shard).tolist()[: len(self.p)]):
            self.p[index] = p
