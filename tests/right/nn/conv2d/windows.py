"""A view of all windows by sliding_window_view, thinned out by stride and dilation; one tensordot a group."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    options = []
    for value, smallest in ((stride, 1), (padding, 0), (dilation, 1)):
        pair = tuple(np.atleast_1d(value).tolist())
        pair = pair * 2 if isinstance(value, int) else pair
        if len(pair) != 2 or any(v < smallest for v in pair):
            raise ValueError("stride, padding or dilation")
        options.append(pair)
    (sh, sw), (ph, pw), (dh, dw) = options
    if x.ndim != 4 or weight.ndim != 4 or groups < 1:
        raise ValueError("x, weight or groups")
    if x.shape[1] % groups or weight.shape[0] % groups or x.shape[1] // groups != weight.shape[1]:
        raise ValueError("channels")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError("bias")
    reach = (dh * (weight.shape[2] - 1) + 1, dw * (weight.shape[3] - 1) + 1)
    padded = np.zeros((*x.shape[:2], x.shape[2] + 2 * ph, x.shape[3] + 2 * pw), x.dtype)
    padded[:, :, ph : ph + x.shape[2], pw : pw + x.shape[3]] = x
    if reach[0] > padded.shape[2] or reach[1] > padded.shape[3]:
        raise ValueError("kernel larger than image")
    windows = sliding_window_view(padded, reach, axis=(2, 3))[:, :, ::sh, ::sw, ::dh, ::dw]
    results = [
        np.tensordot(part, kernel, axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2)
        for part, kernel in zip(np.split(windows, groups, axis=1), np.split(weight, groups, axis=0))
    ]
    out = np.concatenate(results, axis=1)
    if bias is not None:
        out = out + bias.reshape(1, -1, 1, 1)
    return out.astype(x.dtype)
