"""One autograd.Function for the whole chain: it keeps a list of borders and walks over it from the end."""

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
        ctx.layers, ctx.needs = layers, x.requires_grad
        ctx.borders = []
        for start, end in segments:
            gpus = torch.cuda.get_rng_state_all() if x.is_cuda else []
            ctx.borders.append((start, end, x.detach(), torch.get_rng_state(), gpus))
            for layer in layers[start:end]:
                x = layer(x)
        return x

    @staticmethod
    def backward(ctx, gradient):
        while ctx.borders:
            start, end, x, state, gpus = ctx.borders.pop()
            x = x.detach()
            x.requires_grad_(x.is_floating_point() and (start > 0 or ctx.needs))
            with torch.random.fork_rng(), torch.enable_grad():
                torch.set_rng_state(state)
                if gpus:
                    torch.cuda.set_rng_state_all(gpus)
                y = x
                for layer in ctx.layers[start:end]:
                    y = layer(y)
            if y.requires_grad:
                y.backward(gradient)
            del y
            gradient = x.grad
        return None, None, None, gradient


def checkpoint_sequential(layers, segments, x):
    check(len(layers), segments)
    if not layers:
        return x
    return Chain.apply(list(layers), list(segments), torch.zeros((), device=x.device, requires_grad=True), x)
