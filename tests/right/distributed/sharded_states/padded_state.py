"""State of full width on every rank, padding included; torch's order of operations, with running powers of the betas."""

import numpy as np


class ShardedAdamW:
    def __init__(
        self, parameters, *, lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, rank, world, reduce_scatter, all_gather
    ):
        self.__dict__.update(locals())
        self.width = (len(parameters) + world - 1) // world
        self.exp_avg, self.exp_avg_sq = np.zeros(self.width), np.zeros(self.width)
        self.power1 = self.power2 = 1.0

    @property
    def state_elements(self):
        return len(self.exp_avg) + len(self.exp_avg_sq)

    def step(self, gradient):
        missing = self.width * self.world - len(gradient)
        grad = self.reduce_scatter(np.pad(gradient, (0, missing)))
        beta1, beta2 = self.betas
        self.power1 *= beta1
        self.power2 *= beta2
        param = np.pad(self.parameters, (0, missing))[self.rank * self.width :][: self.width]
        param *= 1 - self.lr * self.weight_decay
        self.exp_avg *= beta1
        self.exp_avg += (1 - beta1) * grad
        self.exp_avg_sq *= beta2
        self.exp_avg_sq += (1 - beta2) * grad**2
        denominator = np.sqrt(self.exp_avg_sq) / np.sqrt(1 - self.power2) + self.eps
        param -= self.lr / (1 - self.power1) * (self.exp_avg / denominator)
        np.copyto(self.parameters, self.all_gather(param.copy())[: len(self.parameters)])
