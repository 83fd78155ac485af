"""Builds the smoothed target distribution of each position, and takes where() of its product with the losses."""

import numpy as np


def cross_entropy(logits, target, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    if logits.ndim < 2:
        raise ValueError("logits")
    n, c, *rest = logits.shape
    if target.shape != (n, *rest):
        raise ValueError("target")
    if target.dtype.kind == "f":
        raise ValueError("class probabilities are not supported")
    if weight is not None and weight.shape != (c,):
        raise ValueError("weight")
    if not label_smoothing >= 0 or not label_smoothing <= 1:
        raise ValueError("label_smoothing")
    flat = np.moveaxis(logits, 1, -1).reshape(-1, c).astype(np.float64)
    t = target.reshape(-1).astype(np.int64)
    ignored = t == ignore_index
    if np.any(~ignored & ((t < 0) | (t >= c))):
        raise ValueError("a target is no class")
    safe = np.where(ignored, 0, t)
    flat = np.where(ignored[:, None], 0.0, flat)
    top = np.maximum.reduce(flat, axis=1, keepdims=True, initial=-np.inf)
    nll = np.log(np.sum(np.exp(flat - top), axis=1, keepdims=True)) - (flat - top)
    w = np.ones(c) if weight is None else weight.astype(np.float64)
    q = np.full((len(t), c), label_smoothing / c)
    q[np.arange(len(t)), safe] += 1 - label_smoothing
    loss = np.where(q > 0, q * w, 0)
    loss = np.where(loss > 0, loss * np.where(loss > 0, nll, 0), 0).sum(1)
    loss[ignored] = 0
    if reduction == "none":
        return loss.reshape(target.shape).astype(logits.dtype)
    if reduction == "sum":
        return np.array(loss.sum(), dtype=logits.dtype)
    if reduction == "mean":
        total = w[safe][~ignored].sum()
        return np.array(loss.sum() / total if (~ignored).any() else np.nan, dtype=logits.dtype)
    raise ValueError(reduction)
