"""Calls torch.utils.checkpoint for each segment.

caught_by: test_few_outputs_are_in_memory_and_no_layer_runs_three_times
"""

import math

import torch
from torch.utils import checkpoint


def check(n, segments):
    borders = [0, *[end for _, end in segments]]
    if borders[-1] != n or any(start != before or end <= start for (start, end), before in zip(segments, borders)):
        raise ValueError(segments)


def sqrt_segments(n):
    if n < 0:
        raise ValueError(n)
    count = math.isqrt(n)
    return [(n * i // count, n * (i + 1) // count) for i in range(count)]


def checkpoint_sequential(layers, segments, x):
    check(len(layers), segments)
    for start, end in segments:
        x = checkpoint.checkpoint(torch.nn.Sequential.forward, layers[start:end], x, use_reentrant=False)
    return x
