"""Normalise each channel over the batch, and keep running statistics for later.

Batch normalisation brings every channel of x to mean 0 and variance 1. In training, mean and
variance are those of the batch. Later there may be no batch, only one sample; so training also
keeps running averages of both, and outside of training these are used instead.

    y = (x - mean) / sqrt(var + eps) * weight + bias         for each channel

A channel has n values in a batch: all of x[:, c], over the samples and over all axes from the
third on. With their mean m and the sum s of (value - m)^2, training does two things:

    normalise by     m and the biased variance s / n
    update           running_mean = (1 - f) running_mean + f m
                     running_var  = (1 - f) running_var  + f s / (n - 1)

The running variance gets the unbiased variance, an estimate for data that is still to come. The
factor f is the momentum. With momentum None it is 1 / (batches_seen + 1), and the running
averages become the plain averages over all batches since the first.

One channel, x = [[1], [3]], running_mean = [0], running_var = [1], momentum 0.1, eps about 0:

    in training            m = 2, s = 2, n = 2: y = [[-1], [1]]
    running_mean           [0.9 * 0 + 0.1 * 2] = [0.2]
    running_var            [0.9 * 1 + 0.1 * 2] = [1.1]
    then, not training     y = [[0.8], [2.8]] / sqrt(1.1)

The trap: three averages that are easily swapped. Momentum is the share of the new value here and
the share of the old one in other libraries, and at 0.5 nobody sees which. Momentum 0 is a number
too.

x is float32 or float64; the result has its dtype, also where other arrays have the other one, and
is a new array. The running arrays keep their dtype. Only they change, and only in training.

Level: 2
Needs: nn/functional_layers
Source: Ioffe and Szegedy, arXiv:1502.03167, algorithms 1 and 2
Time: O(size of x)
Space: O(size of x)
"""

import math

import numpy as np


def batch_norm(
    x: np.ndarray,
    running_mean: np.ndarray,
    running_var: np.ndarray,
    weight: np.ndarray | None = None,
    bias: np.ndarray | None = None,
    training: bool = False,
    momentum: float | None = 0.1,
    eps: float = 1e-5,
    batches_seen: int = 0,
) -> np.ndarray:
    """Normalise each channel of x; in training, update the running statistics in place.

    Args:
        x: (N, C) or (N, C, ...).
        running_mean: (C,), changed in training.
        running_var: (C,), changed in training.
        weight: (C,); None stands for 1.
        bias: (C,); None stands for 0.
        training: whether to use the statistics of the batch, and to update the running ones.
        momentum: the share of the new value in an update, from 0 to 1, or None for the average over
            all batches.
        eps: added to the variance under the root, 0 or more.
        batches_seen: how many batches were seen in training before this one; used with momentum
            None only.

    Returns:
        The shape and dtype of x.

    Raises:
        ValueError: x has fewer than two axes; another array has a shape other than (C,); or, in
            training, there is only one value per channel, which has no unbiased variance. Nothing
            is changed then.

    Example:
        >>> mean, var = np.array([0.0]), np.array([1.0])
        >>> batch_norm(np.array([[1.0], [3.0]]), mean, var, training=True, eps=1e-12)
        array([[-1.],
               [ 1.]])
        >>> mean, var
        (array([0.2]), array([1.1]))
        >>> batch_norm(np.array([[1.25]]), mean, var, eps=0.0).round(4)
        array([[1.0011]])

    Limits: no samples at all in training, values whose squares overflow, a variance of 0 with eps 0,
    a momentum that is not from 0 to 1, and a negative ``batches_seen`` are left open. Where the mean
    is R times as large as the spread, the error may be R times as large as elsewhere, but not R^2
    times.
    """
    if x.ndim < 2:
        raise ValueError(f"x is (N, C) or (N, C, ...), got {x.shape}")
    arrays = {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}
    for name, each in arrays.items():
        if each is not None and each.shape != x.shape[1:2]:
            raise ValueError(f"{name} must have one value for each of {x.shape[1]} channels, got {each.shape}")
    # hint: All axes but the second one belong to a channel. A (C,) array meets x when it is reshaped to as many axes,
    # with C in the second place and 1 elsewhere.
    axes = (0, *range(2, x.ndim))

    def along(values: np.ndarray) -> np.ndarray:
        return values.reshape(-1, *[1] * (x.ndim - 2))

    mean, variance = running_mean, running_var
    if training:
        n = math.prod(x.shape[axis] for axis in axes)
        if n < 2:
            raise ValueError(f"training needs two values per channel or more, got x of shape {x.shape}")
        mean = x.mean(axis=axes)
        variance = np.square(x - along(mean)).mean(axis=axes)
        # hint: None and 0.0 are both false, but they are not the same momentum.
        factor = 1 / (batches_seen + 1) if momentum is None else momentum
        # hint: n counts the values of a channel, not the samples. s / (n - 1) is s / n times what?
        running_mean[...] = (1 - factor) * running_mean + factor * mean
        running_var[...] = (1 - factor) * running_var + factor * (variance * (n / (n - 1)))
    out = (x - along(mean)) / np.sqrt(along(variance) + eps)
    if weight is not None:
        out = out * along(weight)
    if bias is not None:
        out = out + along(bias)
    return out.astype(x.dtype, copy=False)
