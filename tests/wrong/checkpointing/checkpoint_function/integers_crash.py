"""An autograd.Function that saves all arguments as tensors.

caught_by: test_results_gradients_and_random_numbers_are_those_of_a_plain_call
"""

import contextlib

import torch


class Checkpoint(torch.autograd.Function):
    @staticmethod
    def forward(ctx, function, preserve, anchor, *args):
        ctx.function, ctx.preserve = function, preserve
        ctx.state = torch.get_rng_state()
        ctx.cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
        ctx.places = [i for i, each in enumerate(args) if isinstance(each, torch.Tensor)]
        ctx.others = [None if isinstance(each, torch.Tensor) else each for each in args]
        ctx.save_for_backward(*args)
        return function(*args)

    @staticmethod
    def backward(ctx, *slopes):
        args = list(ctx.others)
        for i, tensor in zip(ctx.places, ctx.saved_tensors):
            args[i] = tensor.detach().requires_grad_(tensor.requires_grad)
        with torch.random.fork_rng() if ctx.preserve else contextlib.nullcontext(), torch.enable_grad():
            if ctx.preserve:
                torch.set_rng_state(ctx.state)
                if ctx.cuda:
                    torch.cuda.set_rng_state_all(ctx.cuda)
            results = ctx.function(*args)
        results = results if isinstance(results, tuple) else (results,)
        pairs = [(each, slope) for each, slope in zip(results, slopes) if each.requires_grad]
        if pairs:
            torch.autograd.backward([each for each, _ in pairs], [slope for _, slope in pairs])
        return None, None, None, *[each.grad if isinstance(each, torch.Tensor) else None for each in args]


def checkpoint(function, *args, preserve_rng_state=True):
    anchor = torch.empty(0, requires_grad=True)
    return Checkpoint.apply(function, preserve_rng_state, anchor, *args)
