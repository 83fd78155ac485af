"""Mean and squares by merging sample after sample (Chan's update), in float64; the running arrays by np.copyto."""

import numpy as np


def batch_norm(
    x, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5, batches_seen=0
):
    if x.ndim < 2 or any(
        each is not None and (each.ndim != 1 or len(each) != x.shape[1])
        for each in [running_mean, running_var, weight, bias]
    ):
        raise ValueError("shapes do not fit")
    shape = [1] * x.ndim
    shape[1] = x.shape[1]
    if training:
        count, mean, squares = 0, np.zeros(x.shape[1]), np.zeros(x.shape[1])
        for sample in x:
            flat = sample.reshape(len(sample), -1).astype(float)
            k = flat.shape[1]
            m = flat.mean(axis=1)
            s = ((flat - m[:, None]) ** 2).sum(axis=1)
            delta = m - mean
            total = count + k
            mean = mean + delta * (k / total)
            squares = squares + s + delta**2 * (count * k / total)
            count = total
        if count < 2:
            raise ValueError("more than one value per channel is needed")
        old = 1 - momentum if momentum is not None else batches_seen / (batches_seen + 1)
        np.copyto(running_mean, old * running_mean + (1 - old) * mean, casting="same_kind")
        np.copyto(running_var, old * running_var + (1 - old) * squares / (count - 1), casting="same_kind")
        var = squares / count
    else:
        mean, var = running_mean, running_var
    y = (x - mean.reshape(shape)) * (var.reshape(shape) + eps) ** -0.5
    y = y * (np.ones(1) if weight is None else weight.reshape(shape))
    y = y + (np.zeros(1) if bias is None else bias.reshape(shape))
    return y.astype(x.dtype)
