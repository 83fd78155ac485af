"""Logarithms of sums by np.logaddexp.reduce, in the dtype of logits; classes stay on the second axis."""

import numpy as np


def cross_entropy(logits, target, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    if reduction not in ("none", "sum", "mean"):
        raise ValueError("reduction")
    if not 0 <= label_smoothing <= 1:
        raise ValueError("label_smoothing")
    if logits.ndim < 2 or target.ndim != logits.ndim - 1 or target.shape[0] != logits.shape[0]:
        raise ValueError("axes")
    if target.shape[1:] != logits.shape[2:]:
        raise ValueError("shape of target")
    if target.dtype.kind not in "ui":
        raise TypeError("dtype of target")
    c = logits.shape[1]
    w = np.ones(c, logits.dtype) if weight is None else weight.astype(logits.dtype)
    if w.shape != (c,):
        raise ValueError("weight")
    labels = np.array(target, np.int64)
    ignored = labels == ignore_index
    labels[ignored] = 0
    if labels.size and (labels.min() < 0 or labels.max() > c - 1):
        raise ValueError("target out of range")
    z = np.array(logits)
    np.moveaxis(z, 1, 0)[:, ignored] = 0
    z -= z.max(axis=1, keepdims=True, initial=np.finfo(z.dtype).min)
    log_p = z - np.logaddexp.reduce(z, axis=1, keepdims=True)
    picked = np.take_along_axis(log_p, np.expand_dims(labels, 1), axis=1).squeeze(1)
    loss = -picked * w[labels]
    if label_smoothing != 0:
        spread = -np.tensordot(np.moveaxis(log_p, 1, -1), w, axes=1)
        loss = loss + label_smoothing * (spread / c - loss)
    loss = np.where(ignored, 0, loss).astype(logits.dtype)
    if reduction == "none":
        return loss
    total = loss.sum(dtype=logits.dtype)
    if reduction == "sum":
        return total
    divisor = np.where(ignored, 0, w[labels]).sum()
    return np.divide(total, divisor) if not ignored.all() else logits.dtype.type(np.nan)
