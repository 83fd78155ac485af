"""Call a function without keeping its inner values; compute them again for the backward pass.

While a function runs, autograd keeps every value that the gradient will need. A checkpointed
call keeps none of them. When the gradient arrives, it calls the function again, with the same
arguments, and goes back through the values of this second call.

    y = checkpoint(f, x)         f is called, its inner values are dropped
    ...                          kept: x, y and the state of the random numbers
    loss.backward()              f is called again; x and the parameters get gradients

Large models are trained in this way: a block of a transformer has some thirty inner values of
the size of its input, and only the input is kept.

The caller must not notice. Values and gradients are those of ``f(x)``, also where f draws random
numbers: dropout must hide the same elements in both calls. The drawing goes on afterwards as if
f had run once. Parameters that f uses get their gradients even if no argument needs one: the
input of a first layer rarely does.

``function`` is called once in the forward pass, and once more in the backward pass (a function
whose gradient needs no inner value may be left alone there). Between the two, the call may hold
new memory only for the results, the random state and at most one copy of the arguments; when the
results are gone, it may hold none. torch.utils.checkpoint is refused; all else of torch.autograd
may be used.

The trap: the second call happens in the middle of another backward pass, with the random state
of that moment. What it changes there (a state, a flag, the ``grad`` of an argument) was not its
to change.

Level: 4
Needs: -
Source: Chen et al., Training Deep Nets with Sublinear Memory Cost, arXiv:1604.06174
Time: that of two calls of the function and its backward pass
Space: that of the arguments and the results, between forward and backward
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor


def checkpoint(
    function: Callable[..., Tensor | tuple[Tensor, ...]],
    *args: Any,
    preserve_rng_state: bool = True,
) -> Tensor | tuple[Tensor, ...]:
    """The result of ``function(*args)``, whose backward pass calls the function again.

    Args:
        function: returns a tensor or a tuple of tensors. It may use parameters of its own, draw
            from torch's random numbers, and call ``checkpoint`` itself. It gives the same
            results whenever it is called with the same arguments and the same random numbers.
        args: what it is called with, in order. Tensors of any dtype, that need a gradient or
            not, and anything else (numbers, texts, None); the same tensor may stand twice.
        preserve_rng_state: both calls draw the same random numbers, and whoever draws after the
            forward or the backward pass gets what they would get if the function had run once.
            This holds for the CPU and for the devices of the arguments. False is the caller's
            promise that the function draws none.

    Returns:
        What the function returns: a tensor, or a tuple of the same length. Results through
        which no gradient flows (integers, say) are allowed among others, and a result may be
        left out of the loss.

    Raises:
        Whatever the function raises.

    Example:
        >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
        >>> y = checkpoint(lambda x, k: (x * x * k).sum(), x, 3)
        >>> y.backward()
        >>> y, x.grad
        (tensor(15., grad_fn=<SumBackward0>), tensor([ 6., 12.]))

    Limits: what counts is ``.backward()``, once. A second backward pass, higher derivatives,
    autocast, tensors inside of lists, and arguments that are changed in place are left open. So
    are the memory and the number of calls of a checkpointed call inside of another one, and the
    name that ``grad_fn`` shows.
    """
    raise NotImplementedError
