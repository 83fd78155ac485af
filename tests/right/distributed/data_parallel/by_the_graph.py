"""Finds out in forward which parameters the result reaches, as torch does; the last of their hooks averages."""

import contextlib

import torch
import torch.distributed as dist
from torch import nn


def tensors_in(value):
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from tensors_in(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from tensors_in(each)


class DataParallel(nn.Module):
    def __init__(self, module, process_group=None):
        super().__init__()
        self.module = module
        self.group = process_group
        self.trained = [each for each in module.parameters() if each.requires_grad]
        self.local = 0
        self.missing = set()
        own = dist.get_process_group_ranks(process_group) if process_group is not None else range(dist.get_world_size())
        for each in [*module.parameters(), *module.buffers()]:
            copy = torch.empty(each.shape, dtype=each.dtype)
            copy.copy_(each.detach())
            dist.broadcast(copy, list(own)[0], group=process_group)
            each.data.copy_(copy)
        for each in self.trained:
            each.register_post_accumulate_grad_hook(self.arrived)

    def forward(self, *args, **kwargs):
        result = self.module(*args, **kwargs)
        self.missing, seen, stack = set(), set(), [each.grad_fn for each in tensors_in(result)]
        while stack:
            node = stack.pop()
            if node is None or node in seen:
                continue
            seen.add(node)
            if hasattr(node, "variable"):
                self.missing.add(id(node.variable))
            stack += [following for following, _ in node.next_functions]
        return result

    def arrived(self, parameter):
        self.missing.discard(id(parameter))
        if not self.missing and not self.local:
            self.average()

    def average(self):
        world = dist.get_world_size(self.group)
        used = torch.tensor([0 if each.grad is None else 1 for each in self.trained])
        dist.all_reduce(used, group=self.group)
        for dtype in (torch.float32, torch.float64):
            chosen = [p for p, count in zip(self.trained, used.tolist()) if count and p.dtype == dtype]
            if chosen:
                flat = torch.cat([(torch.zeros_like(p) if p.grad is None else p.grad).reshape(-1) for p in chosen])
                dist.all_reduce(flat, group=self.group)
                for p, part in zip(chosen, flat.split([p.numel() for p in chosen])):
                    p.grad = (part / world).reshape(p.shape)

    @contextlib.contextmanager
    def no_sync(self):
        self.local += 1
        try:
            yield
        finally:
            self.local -= 1
