"""Gathers the gradients of all ranks as objects, and each rank averages them itself: slow, and simple."""

from contextlib import contextmanager

import torch
import torch.distributed as dist
from torch import nn


class AtTheEnd(torch.autograd.Function):
    @staticmethod
    def forward(ctx, owner, value):
        ctx.owner = owner
        return value.view_as(value)

    @staticmethod
    def backward(ctx, gradient):
        torch.autograd.Variable._execution_engine.queue_callback(ctx.owner.average)
        return None, gradient


class DataParallel(nn.Module):
    def __init__(self, module, process_group=None):
        super().__init__()
        self.module = module
        self.together = True
        self.done = False
        self.process_group = process_group
        everything = [*module.parameters(), *module.buffers()]
        world = dist.get_world_size(process_group)
        lists = [None] * world
        dist.all_gather_object(lists, [each.detach().contiguous() for each in everything], group=process_group)
        with torch.no_grad():
            for each, value in zip(everything, lists[0]):
                each.copy_(value)

    def wrapped(self, value):
        if isinstance(value, torch.Tensor):
            return AtTheEnd.apply(self, value) if value.requires_grad else value
        if isinstance(value, dict):
            return {key: self.wrapped(each) for key, each in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(self.wrapped(each) for each in value)
        return value

    def forward(self, *args, **kwargs):
        self.done = False
        result = self.module(*args, **kwargs)
        return self.wrapped(result) if self.together else result

    def average(self):
        if self.done:
            return
        self.done = True
        trained = [each for each in self.module.parameters() if each.requires_grad]
        lists = [None] * dist.get_world_size(self.process_group)
        dist.all_gather_object(lists, [each.grad for each in trained], group=self.process_group)
        for each, *found in zip(trained, *lists):
            there = [gradient for gradient in found if gradient is not None]
            if there:
                each.grad = sum(there) / len(found)

    @contextmanager
    def no_sync(self):
        before = self.together
        self.together = False
        try:
            yield
        finally:
            self.together = before
