"""One position after the other in plain Python; the sum of exponentials without the largest one goes through log1p."""

import math

import numpy as np


def cross_entropy(logits, target, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    if len(logits.shape) < 2 or logits.shape[:1] + logits.shape[2:] != target.shape:
        raise ValueError("shapes")
    if not np.issubdtype(target.dtype, np.integer):
        raise TypeError("targets are integers")
    c = logits.shape[1]
    if weight is not None and weight.shape != (c,):
        raise ValueError("weight")
    if reduction not in {"none", "sum", "mean"}:
        raise ValueError("reduction")
    if math.isnan(label_smoothing) or label_smoothing < 0 or label_smoothing > 1:
        raise ValueError("label_smoothing")
    w = [1.0] * c if weight is None else weight.tolist()
    losses, divisor = np.zeros(target.shape), []
    for index in np.ndindex(target.shape):
        t = int(target[index])
        if t == ignore_index:
            continue
        if t < 0 or t >= c:
            raise ValueError(f"target {t}")
        z = logits[(index[0], slice(None)) + index[1:]].tolist()
        best = z.index(max(z))
        log_sum = math.log1p(math.fsum(math.exp(v - z[best]) for k, v in enumerate(z) if k != best))
        loss = w[t] * ((z[best] - z[t]) + log_sum)
        if label_smoothing > 0:
            even = math.fsum(wk * ((z[best] - v) + log_sum) for wk, v in zip(w, z))
            loss = loss * (1 - label_smoothing) + label_smoothing * even / c
        losses[index] = loss
        divisor.append(w[t])
    if reduction == "none":
        return losses.astype(logits.dtype)
    total = losses.sum()
    if reduction == "mean":
        total = total / math.fsum(divisor) if divisor else math.nan
    return logits.dtype.type(total)
