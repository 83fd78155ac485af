"""A running logarithm of the sum, one class after the other; losses of all classes are weighted by a sum over classes."""

import math

import numpy as np


def cross_entropy(logits, target, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    if logits.ndim < 2 or target.shape != (len(logits),) + logits.shape[2:] or target.dtype.kind not in "iu":
        raise ValueError("logits or target")
    classes = logits.shape[1]
    if weight is not None and (weight.ndim != 1 or len(weight) != classes):
        raise ValueError("weight")
    if not (0 <= label_smoothing <= 1) or reduction not in ("mean", "sum", "none"):
        raise ValueError("reduction or label_smoothing")
    seen = target != ignore_index
    wanted = target[seen].astype(int)
    if not np.isin(wanted, np.arange(classes)).all():
        raise ValueError("target")
    rows = [logits[:, c][seen].astype(np.float64) for c in range(classes)]
    top = np.full(len(wanted), -math.inf)
    total = np.zeros(len(wanted))
    for row in rows:
        new = np.maximum(top, row)
        with np.errstate(invalid="ignore"):
            total = np.where(np.isneginf(top), 0, total * np.exp(top - new))
            total = total + np.where(np.isneginf(row), 0, np.exp(row - new))
        top = new
    losses, weights = np.zeros(len(wanted)), np.zeros(len(wanted))
    for c, row in enumerate(rows):
        w = 1.0 if weight is None else float(weight[c])
        right = wanted == c
        share = np.where(right, 1 - label_smoothing, 0) + label_smoothing / classes
        loss = (top - row) + np.log(total)
        losses = losses + np.where(share > 0, share * w * np.where(share > 0, loss, 0), 0)
        weights = np.where(right, w, weights)
    if reduction == "none":
        result = np.zeros(target.shape, logits.dtype)
        result[seen] = losses
        return result
    value = math.nan if reduction == "mean" and not len(wanted) else losses.sum()
    if reduction == "mean" and len(wanted):
        value = value / weights.sum()
    return np.asarray(value).astype(logits.dtype)
