"""Run a chain of layers and keep only the outputs at the borders of its segments.

A chain of n layers would keep n outputs for its backward pass. Cut it into segments, and keep
only what goes from one segment to the next. The backward pass takes the last segment first: it
runs its layers again, goes back through them, forgets their outputs, and turns to the segment
before.

    layers     0  1  2 | 3  4  5 | 6  7     three segments
    kept             a         b       y    outputs of layers 2, 5 and 7
    backward                     6  7       again from b: 3 kept + 2 made again
                       3  4  5              again from a: 3 + 3
               0  1  2                      again from x: 3 + 3

With s segments, s outputs are kept and n / s more are made at a time. The sum is least where s
is the square root of n: 100 layers need 20 outputs in place of 100, and each layer runs twice.
This is how a deep network fits into a small memory; torch has it as checkpoint_sequential.

Values and gradients are those of the plain chain, also where layers draw random numbers: each
layer draws in its second run what it drew in its first, and the drawing goes on afterwards as if
every layer had run once. Parameters of layers get their gradients even if x needs none, as where
x holds the numbers of words and layer 0 looks them up.

At any time, at most as many outputs of layers may be in memory as there are segments, plus the
length of the longest one. A layer runs at most twice; once where no gradient is needed.
torch.utils.checkpoint is refused.

The trap: each segment starts again from its own border and from its own random state. Who starts
again from x each time runs the first layers once for every segment, and who keeps the graph of a
border keeps everything.

Level: 4
Needs: checkpointing/checkpoint_function
Source: Chen et al., Training Deep Nets with Sublinear Memory Cost, arXiv:1604.06174
Time: that of two forward passes and one backward pass
Space: O(segments + longest segment) outputs
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor


def sqrt_segments(n: int) -> list[tuple[int, int]]:
    """A chain of n layers, cut into about sqrt(n) segments of about the same length.

    Args:
        n: 0 or more.

    Returns:
        Half-open ranges (start, end) that cover 0 to n in order, none of them empty. Their number
        is sqrt(n), rounded down or up; their lengths differ by at most 1, in any order. For
        n = 0, the empty list.

    Raises:
        ValueError: n is negative.

    Example:
        >>> sqrt_segments(9)
        [(0, 3), (3, 6), (6, 9)]
        >>> sorted(end - start for start, end in sqrt_segments(5)) in ([2, 3], [1, 2, 2])
        True
    """
    raise NotImplementedError


def checkpoint_sequential(
    layers: Sequence[Callable[[Tensor], Tensor]],
    segments: Sequence[tuple[int, int]],
    x: Tensor,
) -> Tensor:
    """The result of all layers, one after the other, kept in segments.

    Args:
        layers: functions or modules that take a tensor and return one. They may have parameters
            and draw random numbers on the device of ``x``; the same layer may stand twice.
        segments: half-open ranges (start, end) of layers, as ``sqrt_segments`` makes them, but of
            any lengths.
        x: what goes into the first layer: of any dtype, needing a gradient or not.

    Returns:
        What the last layer returns; ``x`` where there are no layers.

    Raises:
        ValueError: the segments do not cover all layers in order, each layer once: the first does
            not begin at 0, the last does not end at the number of layers, there is a gap or an
            overlap, or a segment is empty. No layer has been called then.

    Example:
        >>> x = torch.tensor([1.0, 2.0], requires_grad=True)
        >>> square = lambda x: x * x
        >>> y = checkpoint_sequential([square, torch.neg, square], [(0, 2), (2, 3)], x)
        >>> y.sum().backward()
        >>> y.tolist(), x.grad
        ([1.0, 16.0], tensor([ 4., 32.]))

    Limits: ``.backward()`` once is what counts. A second backward pass, higher derivatives,
    autocast, and layers that change their input in place, keep running statistics or call
    ``backward`` themselves are left open.
    """
    raise NotImplementedError
