"""Brings the channels to the front, so that a channel is a row; scale and shift are folded into one product and one sum."""

import numpy as np


def batch_norm(
    x, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5, batches_seen=0
):
    if x.ndim < 2:
        raise ValueError(f"{x.shape}")
    c = x.shape[1]
    if any(a is not None and a.shape != (c,) for a in (running_mean, running_var, weight, bias)):
        raise ValueError("shapes")
    moved = np.swapaxes(x, 0, 1)
    rows = moved.reshape(c, x.size // c).astype(np.float64)
    if training:
        if rows.shape[1] == 1:
            raise ValueError("only one value per channel")
        mean, var = rows.mean(1), rows.var(1)
        share = momentum if momentum is not None else 1 / (1 + batches_seen)
        for running, new in ((running_mean, mean), (running_var, rows.var(1, ddof=1))):
            running *= 1 - share
            running += share * new
    else:
        mean, var = running_mean.astype(np.float64), running_var.astype(np.float64)
    scale = 1 / np.sqrt(var + eps)
    if weight is not None:
        scale = scale * weight
    rows = (rows - mean[:, None]) * scale[:, None] + (0 if bias is None else bias[:, None])
    return np.ascontiguousarray(np.swapaxes(rows.reshape(moved.shape), 0, 1)).astype(x.dtype)
