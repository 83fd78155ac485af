"""One hook for all parameters; the first rank adds up, in one message for each dtype that counts gradients too, and sends."""

from contextlib import contextmanager

import torch
import torch.distributed as dist
from torch import nn
from torch.autograd.graph import register_multi_grad_hook


class DataParallel(nn.Module):
    def __init__(self, module, process_group=None):
        super().__init__()
        self.module = module
        self.own = [0]
        self.group = dist.group.WORLD if process_group is None else process_group
        self.world = dist.get_world_size(self.group)
        self.first = dist.get_global_rank(self.group, 0)
        for each in [*module.parameters(), *module.buffers()]:
            everyone = [torch.empty(each.shape, dtype=each.dtype) for _ in range(self.world)]
            dist.all_gather(
                everyone, torch.clone(each.detach(), memory_format=torch.contiguous_format), group=self.group
            )
            each.detach()[...] = everyone[0]
        self.kinds = {}
        for each in module.parameters():
            if each.requires_grad:
                self.kinds.setdefault(each.dtype, []).append(each)
        register_multi_grad_hook(sum(self.kinds.values(), []), self.begun, mode="any")

    def begun(self, _):
        if self.own[-1] == 0:
            torch.autograd.Variable._execution_engine.queue_callback(self.finish)

    def finish(self):
        for dtype in sorted(self.kinds, key=str):
            parameters = self.kinds[dtype]
            message = torch.cat([self.part(each) for each in parameters])
            dist.reduce(message, self.first, group=self.group)
            message[:] = message / self.world
            dist.broadcast(message, self.first, group=self.group)
            for each, mean in zip(parameters, message.split([each.numel() + 1 for each in parameters])):
                if mean[-1] > 0:
                    each.grad = mean[:-1].view(each.shape).clone()

    @staticmethod
    def part(parameter):
        if parameter.grad is None:
            return torch.zeros(parameter.numel() + 1, dtype=parameter.dtype)
        return torch.cat([parameter.grad.flatten(), torch.ones(1, dtype=parameter.dtype)])

    def forward(self, *args, **kwargs):
        return self.module(*args, **kwargs)

    @contextmanager
    def no_sync(self):
        self.own.append(1)
        try:
            yield self
        finally:
            self.own.pop()
