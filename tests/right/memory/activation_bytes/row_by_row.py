"""Adds the rows of the table one by one, as exact rationals, layer by layer for up to a hundred layers."""

from fractions import Fraction
from math import ceil

ROWS = [
    ("norm1", 2, "sbh", False),
    ("qkv input", 2, "sbh", False),
    ("q k", 4, "sbh", True),
    ("softmax", 2, "assb", True),
    ("softmax mask", 1, "assb", True),
    ("softmax dropped", 2, "assb", True),
    ("v", 2, "sbh", True),
    ("projection input", 2, "sbh", True),
    ("mask1", 1, "sbh", False),
    ("norm2", 2, "sbh", False),
    ("layer1", 2, "sbh", False),
    ("gelu", 8, "sbh", True),
    ("layer2", 8, "sbh", True),
    ("mask2", 1, "sbh", False),
]


def activation_bytes(
    *, seq, batch, hidden, heads, layers, tensor_parallel=1, sequence_parallel=False, recompute="none"
):
    values = {"s": seq, "b": batch, "h": hidden, "a": heads}
    if min(*values.values(), layers, tensor_parallel) <= 0:
        raise ValueError("positive numbers, please")
    if recompute not in {"none", "selective", "full"}:
        raise ValueError(recompute)
    layer = Fraction()
    for name, factor, letters, split in ROWS:
        size = factor
        for letter in letters:
            size *= values[letter]
        if recompute == "full" and name != "norm1":
            continue
        if recompute == "selective" and "softmax" in name:
            continue
        if recompute != "full" and (split or sequence_parallel):
            layer += Fraction(size, tensor_parallel)
        else:
            layer += size
    return ceil(sum([layer] * layers)) if layers <= 100 else ceil(layer * layers)
