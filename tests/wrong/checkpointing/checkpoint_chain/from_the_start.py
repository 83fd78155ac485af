"""Starts again from x for every segment: only x is kept, and the layers run again and again.

caught_by: test_few_outputs_are_in_memory_and_no_layer_runs_three_times
"""

import math

import torch


def check(n, segments):
    borders = [0, *[end for _, end in segments]]
    if borders[-1] != n or any(start != before or end <= start for (start, end), before in zip(segments, borders)):
        raise ValueError(segments)


def sqrt_segments(n):
    if n < 0:
        raise ValueError(n)
    count = math.isqrt(n)
    return [(n * i // count, n * (i + 1) // count) for i in range(count)]


class Chain(torch.autograd.Function):
    @staticmethod
    def forward(ctx, layers, segments, anchor, x):
        ctx.layers, ctx.segments, ctx.state = layers, segments, torch.get_rng_state()
        ctx.save_for_backward(x)
        for layer in layers:
            x = layer(x)
        return x

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        for start, end in reversed(ctx.segments):
            with torch.random.fork_rng():
                torch.set_rng_state(ctx.state)
                border = x.detach()
                with torch.no_grad():
                    for layer in ctx.layers[:start]:
                        border = layer(border)
                border = border.detach().requires_grad_(start > 0 or x.requires_grad)
                with torch.enable_grad():
                    y = border
                    for layer in ctx.layers[start:end]:
                        y = layer(y)
            if y.requires_grad:
                torch.autograd.backward(y, gradient)
            gradient = border.grad
        return None, None, None, gradient


def checkpoint_sequential(layers, segments, x):
    check(len(layers), segments)
    return Chain.apply(layers, segments, torch.empty(0, requires_grad=True), x) if layers else x
