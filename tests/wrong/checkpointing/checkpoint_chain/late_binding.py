"""Functions made in a loop that all see its last values: every segment runs the last one's layers again.

caught_by: test_results_gradients_and_random_numbers_are_those_of_the_plain_chain
"""

import itertools
import math

import torch
from torch.autograd.graph import saved_tensors_hooks


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
        border, state = x, torch.get_rng_state()
        numbers, found = itertools.count(), {}

        def run(x):
            for layer in layers[start:end]:
                x = layer(x)
            return x

        def unpack(number):
            if number not in found:
                again = itertools.count()
                hooks = saved_tensors_hooks(lambda each: found.update({next(again): each.detach()}), lambda _: None)
                with torch.random.fork_rng(), torch.enable_grad(), hooks:
                    torch.set_rng_state(state)
                    run(border)
            return found.pop(number)

        with saved_tensors_hooks(lambda _: next(numbers), unpack):
            x = run(x)
    return x
