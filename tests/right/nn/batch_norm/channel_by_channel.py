"""One channel after the other, numbers in plain Python, statistics by the standard library."""

import math

import numpy as np


def batch_norm(
    x, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5, batches_seen=0
):
    if len(x.shape) < 2:
        raise ValueError("x")
    for each in (running_mean, running_var, weight, bias):
        if each is not None and each.shape != (x.shape[1],):
            raise ValueError("one value per channel")
    out = np.empty(x.shape, x.dtype)
    if training and x[:, 0].size == 1:
        raise ValueError("one value")
    for c in range(x.shape[1]):
        values = x[:, c].ravel().tolist()
        m, v = float(running_mean[c]), float(running_var[c])
        if training:
            n = len(values)
            m = math.fsum(values) / n
            v = math.fsum((value - m) ** 2 for value in values) / n
            f = momentum
            if f is None:
                f = 1.0 / (1 + batches_seen)
            running_mean[c] += f * (m - float(running_mean[c]))
            running_var[c] += f * (v * n / (n - 1) - float(running_var[c]))
        gain = 1.0 if weight is None else float(weight[c])
        shift = 0.0 if bias is None else float(bias[c])
        root = math.sqrt(v + eps)
        out[:, c] = np.array([(value - m) / root * gain + shift for value in values]).reshape(out[:, c].shape)
    return out
