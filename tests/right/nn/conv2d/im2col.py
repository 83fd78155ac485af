"""Gathers the windows as columns of a matrix (im2col by index arrays) and multiplies it with the kernels as rows."""

import numpy as np


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    stride, padding, dilation = ([v, v] if isinstance(v, int) else list(v) for v in (stride, padding, dilation))
    if not len(stride) == len(padding) == len(dilation) == 2:
        raise ValueError("two values each")
    if min(stride) < 1 or min(padding) < 0 or min(dilation) < 1 or groups < 1:
        raise ValueError("options")
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError("four axes each")
    n, c = x.shape[:2]
    o, k = weight.shape[:2]
    if c != k * groups or o % groups != 0 or (bias is not None and bias.shape != (o,)):
        raise ValueError("channels")
    x = np.pad(x, [(0, 0), (0, 0), (padding[0],) * 2, (padding[1],) * 2], constant_values=0)
    index, sizes = [], []
    for axis in (0, 1):
        reach = dilation[axis] * (weight.shape[2 + axis] - 1)
        starts = np.arange(0, x.shape[2 + axis] - reach, stride[axis])
        if not len(starts):
            raise ValueError("kernel")
        index.append(np.arange(0, reach + 1, dilation[axis])[:, None] + starts)
        sizes.append(len(starts))
    columns = x[:, :, index[0][:, None, :, None], index[1][None, :, None, :]]
    columns = columns.reshape(n, groups, k * weight.shape[2] * weight.shape[3], sizes[0] * sizes[1])
    kernels = weight.reshape(groups, o // groups, -1)
    out = np.matmul(kernels, columns).reshape(n, o, *sizes)
    out = out if bias is None else out + bias[None, :, None, None]
    return out.astype(x.dtype, copy=False)
