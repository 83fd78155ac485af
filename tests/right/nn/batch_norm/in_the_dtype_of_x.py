"""np.mean and np.var in the dtype of x, with weights converted to it; the running arrays move by a step."""

import numpy as np


def batch_norm(
    x, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5, batches_seen=0
):
    if x.ndim < 2:
        raise ValueError("axes")
    shape = (1, x.shape[1]) + (1,) * (x.ndim - 2)
    arrays = [running_mean, running_var] + [each for each in (weight, bias) if each is not None]
    if {each.shape for each in arrays} != {(x.shape[1],)}:
        raise ValueError("one value per channel")
    mean, var = (each.reshape(shape).astype(x.dtype) for each in (running_mean, running_var))
    if training:
        axes = tuple(axis for axis in range(x.ndim) if axis != 1)
        n = x.size / x.shape[1]
        if n == 1:
            raise ValueError("one value")
        mean, var = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
        step = 1 / (batches_seen + 1) if momentum is None else momentum
        running_mean += (step * (mean.reshape(-1) - running_mean)).astype(running_mean.dtype)
        running_var += (step * (var.reshape(-1) * x.dtype.type(n / (n - 1)) - running_var)).astype(running_var.dtype)
    out = (x - mean) / np.sqrt(var + x.dtype.type(eps))
    if weight is not None:
        out *= weight.reshape(shape).astype(x.dtype)
    if bias is not None:
        out += bias.reshape(shape).astype(x.dtype)
    return out
