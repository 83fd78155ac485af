"""Train one model on many processes, each with data of its own.

Every rank holds a copy of the model and computes gradients from its own batch. If all copies begin
alike and all of them step with the mean of the gradients, they stay alike: the ranks train one model
with a batch that is ``world`` times as large. That is data parallel training. Most large models are
trained this way, or this way among others.

``DataParallel`` is put round a module, and the training loop stays as it is:

    model = DataParallel(module)
    loss = model(batch).sum()
    loss.backward()              # the gradients are the mean over the ranks now
    optimizer.step()

So it must act while ``backward`` runs. Autograd calls a hook on a parameter when its gradient is
there. But a rank whose loss does not depend on a parameter gets no such call, and no gradient:

    two ranks, three parameters      a      b      c
    gradients on rank 0              2      4      None
    gradients on rank 1              6      None   None
    on both after backward           4      2      None

Rank 1 has no gradient of b. In the mean it counts as 0, and the sum is divided by 2 all the same.
No rank has one of c, so nothing is done to c.

The trap: an all-reduce ends when every rank has called it. A rank that calls it once more than the
others waits for ever, and two ranks that call it in another order add up the wrong tensors. So what
one rank does may not hang on what that rank alone has seen.

Level: 4
Needs: distributed/ring_all_reduce
Source: Li et al. 2020, PyTorch Distributed; torch.nn.parallel.DistributedDataParallel
Time: O(parameters) for each synchronised backward, beside what the module takes
Space: O(parameters)
Walls: processes, loopback
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.distributed as dist
from torch import nn


class DataParallel(nn.Module):
    """A module that is kept the same on all ranks of a process group.

    ``torch.distributed`` is initialised with the backend gloo. The ranks of the group run the same
    program: each makes a ``DataParallel`` round a module of the same structure, and all of them call
    it equally often. Write it with the collectives of ``torch.distributed``, such as ``broadcast``
    and ``all_reduce``. Torch's own ``DistributedDataParallel`` may not be used.

    When it is made, every parameter and every buffer of ``module`` gets the value that it has on the
    first rank of the group, in place: frozen parameters (``requires_grad`` is False) and buffers of
    integers too.

    By the end of each ``backward`` (but see ``no_sync``), the gradient of each parameter is the mean
    over the ranks of the group:

    - ``grad`` as it is after this rank's backward counts, with all that was in it before;
    - where some ranks have None, that is 0 in the mean, and they get the mean as well;
    - where all ranks have None, it stays None; frozen parameters are left alone;
    - a parameter that the module uses several times, or has under several names, counts once.

    Args:
        module: on the CPU; it has at least one parameter that is not frozen. Parameters are float32
            or float64, and may be transposed, so that they are not contiguous.
        process_group: a group that this rank belongs to; None is the group of all ranks.

    Attributes:
        module: the module, the very object. Its parameters have ``module.`` before their names.

    Example:
        >>> store = dist.HashStore()
        >>> dist.init_process_group("gloo", store=store, rank=0, world_size=1)
        >>> model = DataParallel(nn.Linear(2, 1, bias=False))
        >>> model(torch.tensor([[3.0, 4.0]])).sum().backward()
        >>> model.module.weight.grad
        tensor([[3., 4.]])
        >>> dist.destroy_process_group()

    Limits: there is one ``backward`` for each call, and on each rank it reaches at least one
    parameter that is not frozen. Which parameters are frozen does not change later.
    """

    def __init__(self, module: nn.Module, process_group: Any = None) -> None:
        super().__init__()
        self.module = module
        self.process_group = process_group
        self._synchronises = True
        self._is_queued = False
        # hint: broadcast takes the sender's number among all ranks, which need not be 0 in a smaller group. It takes
        # contiguous tensors only: so send a copy, and write what arrives into the parameter without autograd.
        first = dist.get_process_group_ranks(process_group or dist.group.WORLD)[0]
        for tensor in (*module.parameters(), *module.buffers()):
            sent = tensor.detach().contiguous()
            dist.broadcast(sent, first, process_group)
            tensor.detach().copy_(sent)
        # hint: a hook on a parameter tells that a backward is under way, not that it is over. Whichever comes first may
        # ask for a call at the end: torch.autograd.Variable._execution_engine.queue_callback(function) does that.
        for parameter in module.parameters():
            if parameter.requires_grad:
                parameter.register_post_accumulate_grad_hook(self._queue)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What ``module`` returns for these arguments, whatever that is: a tensor, a tuple, a dictionary."""
        self._is_queued = False
        return self.module(*args, **kwargs)

    @contextmanager
    def no_sync(self) -> Iterator[None]:
        """A context in which this model's gradients stay the rank's own: they add up, as without ``DataParallel``.

        The forward and the backward pass both stand inside. The next backward outside averages all that
        has accumulated. Contexts may be nested, and one that is left by an exception is left all the same.

        Example:
            >>> store = dist.HashStore()
            >>> dist.init_process_group("gloo", store=store, rank=0, world_size=1)
            >>> model = DataParallel(nn.Linear(1, 1))
            >>> with model.no_sync():
            ...     model(torch.tensor([[3.0]])).sum().backward()
            >>> model(torch.tensor([[4.0]])).sum().backward()
            >>> model.module.weight.grad
            tensor([[7.]])
            >>> dist.destroy_process_group()
        """
        before, self._synchronises = self._synchronises, False
        try:
            yield
        finally:
            self._synchronises = before

    def _queue(self, _parameter: nn.Parameter) -> None:
        """Have the gradients averaged once this backward is over."""
        if self._synchronises and not self._is_queued:
            self._is_queued = True
            torch.autograd.Variable._execution_engine.queue_callback(self._average)  # noqa: SLF001  # the only way

    @torch.no_grad()
    def _average(self) -> None:
        # hint: First agree on which parameters have a gradient anywhere: an all_reduce of one number for each. Then all
        # ranks go through the same parameters in the same order, and who has no gradient sends zeros.
        parameters = [parameter for parameter in self.module.parameters() if parameter.requires_grad]
        present = torch.tensor([parameter.grad is not None for parameter in parameters], dtype=torch.int32)
        dist.all_reduce(present, dist.ReduceOp.MAX, self.process_group)
        for parameter, somewhere in zip(parameters, present.tolist(), strict=True):
            if somewhere:
                if parameter.grad is None:
                    parameter.grad = torch.zeros_like(parameter)
                total = parameter.grad.contiguous()
                dist.all_reduce(total, group=self.process_group)
                parameter.grad.copy_(total / dist.get_world_size(self.process_group))
