"""Margins between each class and the target, in base two, with the classes on the first axis; masked sums over all."""

import numpy as np


def cross_entropy(logits, target, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    if logits.ndim < 2 or np.delete(logits.shape, 1).tolist() != list(target.shape):
        raise ValueError("logits are (N, C, ...), targets (N, ...)")
    c = logits.shape[1]
    weight = np.ones(c) if weight is None else np.asarray(weight, np.float64)
    if weight.shape != (c,):
        raise ValueError("one weight for each class")
    if target.dtype.kind not in ("i", "u"):
        raise TypeError("targets are integers")
    if reduction not in ("none", "sum", "mean"):
        raise ValueError("reduction")
    if not (label_smoothing >= 0 and label_smoothing <= 1):
        raise ValueError("label_smoothing")
    labels = np.array([int(each) if int(each) != ignore_index else -1 for each in target.flat], object)
    for each, given in zip(labels, target.flat):
        if not -1 < each < c and int(given) != ignore_index:
            raise ValueError("a target is no class")
    labels = labels.astype(np.intp)
    counts = labels >= 0
    safe = np.maximum(labels, 0)
    z = np.moveaxis(logits, 1, 0).reshape(c, labels.size).astype(np.float64)
    z = np.where(counts, z, 0.0) * np.log2(np.e)
    wanted = z[safe, np.arange(labels.size)]
    impossible = np.isneginf(wanted)
    margins = z - np.where(impossible, 0.0, wanted)
    top = np.maximum(margins.max(axis=0), 0.0)
    nll = top + np.log2(np.exp2(margins - top).sum(axis=0))
    losses = np.where(impossible, np.inf, nll) * weight[safe]
    if label_smoothing:
        others = np.einsum("c,cp->p", weight, nll - margins)
        losses = losses - label_smoothing * losses + label_smoothing * others / c
    losses = np.where(counts, losses / np.log2(np.e), 0.0)
    if reduction == "none":
        return losses.reshape(target.shape).astype(logits.dtype)
    total = np.sum(losses)
    if reduction == "mean":
        with np.errstate(invalid="ignore"):
            total = total / np.sum(weight[safe], where=counts)
    return np.asarray(total, logits.dtype)
