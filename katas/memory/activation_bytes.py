"""Count the bytes that the backward pass of a transformer needs from the forward pass.

A layer's result alone is not enough for its gradient: each operation needs its inputs again. They
stay in memory until the backward pass has come by, and with long sequences they take more than the
weights. With the letters

    s = seq, b = batch, h = hidden, a = heads, t = tensor_parallel

one layer keeps, in 16 bit (2 bytes a value; a dropout mask takes 1), with sbh for s * b * h and
assb for a * s * s * b:

    attention: input of its norm              2 sbh
               input of q, k and v            2 sbh
               q, k and v                     6 sbh   / t
               softmax                        2 assb  / t  *
               mask of its dropout            1 assb  / t  *
               softmax after that dropout     2 assb  / t  *
               input of output projection     2 sbh   / t
               mask of the last dropout       1 sbh
    MLP:       input of its norm              2 sbh
               input of the first layer       2 sbh
               input of GELU                  8 sbh   / t
               input of the second layer      8 sbh   / t
               mask of the last dropout       1 sbh

Tensor parallelism splits the rows with / t over t GPUs, and each GPU keeps the others whole.
Sequence parallelism splits all rows over the same t GPUs. Less is kept where a part is computed a
second time:

    "none"        all rows are kept
    "selective"   all rows are kept but those with a star
    "full"        only the layer's input is kept: 2 sbh, never split

GPT-3 has s = 2048, h = 12288, a = 96 and 96 layers. With b = 1 and nothing split, a layer keeps 114
times sbh, and the model 275 GB. "selective" leaves 34 times sbh; on 8 GPUs with sequence
parallelism that is 10.3 GB for the model.

The trap: what is not split weighs more and more as t grows. And a share need not be a whole number:
the sum over all layers is rounded up, once, to whole bytes.

Level: 2
Needs: -
Source: Korthikanti et al. 2022, "Reducing Activation Recomputation ...", sections 4 and 5
Time: O(1)
Space: O(1)
"""

from __future__ import annotations

from typing import Literal


def activation_bytes(
    *,
    seq: int,
    batch: int,
    hidden: int,
    heads: int,
    layers: int,
    tensor_parallel: int = 1,
    sequence_parallel: bool = False,
    recompute: Literal["none", "selective", "full"] = "none",
) -> int:
    """The bytes of activations that one GPU keeps for all layers, exact for integers of any size.

    Args:
        seq: tokens of a sequence.
        batch: sequences of a microbatch.
        hidden: the width of the layers.
        heads: the heads of attention. No number needs to divide another one.
        layers: how many layers the GPU computes; they are alike.
        tensor_parallel: over how many GPUs the marked rows are split, t above.
        sequence_parallel: whether all rows are split, not only the marked ones; with
            ``recompute="full"`` it changes nothing.
        recompute: what is computed again in the backward pass.

    Returns:
        The exact sum over all layers, rounded up to an integer.

    Raises:
        ValueError: one of the numbers is less than 1, or ``recompute`` is none of the three words,
            whatever the other arguments are.

    Example:
        >>> gpt3 = {"seq": 2048, "batch": 1, "hidden": 12288, "heads": 96, "layers": 96}
        >>> activation_bytes(**gpt3)
        275414777856
        >>> activation_bytes(**gpt3, tensor_parallel=8, recompute="selective")
        31406948352
        >>> activation_bytes(seq=1, batch=1, hidden=1, heads=1, layers=1, tensor_parallel=3)
        20
    """
    raise NotImplementedError
