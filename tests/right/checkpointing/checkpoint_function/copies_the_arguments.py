"""An autograd.Function that keeps copies of the arguments as attributes, and collects gradients by hooks on copies."""

import torch


class _Call:
    def __init__(self, function, preserve):
        self.function, self.preserve = function, preserve

    def states(self):
        cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_available() else []
        return (torch.get_rng_state(), cuda) if self.preserve else None

    def to(self, states):
        if states is not None:
            torch.set_rng_state(states[0])
            if states[1]:
                torch.cuda.set_rng_state_all(states[1])


class _Twice(torch.autograd.Function):
    @staticmethod
    def forward(ctx, call, anchor, *args):
        ctx.call = call
        ctx.before = call.states()
        ctx.args = [(each.detach().clone(), each.requires_grad) if torch.is_tensor(each) else each for each in args]
        ctx.is_tensor = [torch.is_tensor(each) for each in args]
        ctx.set_materialize_grads(False)
        return call.function(*args)

    @staticmethod
    def backward(ctx, *slopes):
        copies = []
        for each, is_tensor in zip(ctx.args, ctx.is_tensor):
            copies.append(each[0].requires_grad_(each[1]) if is_tensor else each)
        ctx.args = None
        now = ctx.call.states()
        ctx.call.to(ctx.before)
        try:
            with torch.enable_grad():
                results = ctx.call.function(*copies)
        finally:
            ctx.call.to(now)
        if torch.is_tensor(results):
            results = (results,)
        loss = []
        with torch.enable_grad():
            for result, slope in zip(results, slopes):
                if slope is not None and result.requires_grad:
                    loss.append((result * slope).sum())
            if loss:
                sum(loss).backward()
        gradients = [each.grad if torch.is_tensor(each) else None for each in copies]
        return (None, None, *gradients)


def checkpoint(function, *args, preserve_rng_state=True):
    device = next((each.device for each in args if torch.is_tensor(each)), "cpu")
    anchor = torch.zeros((), device=device, requires_grad=True)
    return _Twice.apply(_Call(function, preserve_rng_state), anchor, *args)
