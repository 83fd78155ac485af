"""The loss of next-token prediction over a packed row.

A language model is trained to say at every token which one comes next. So the logits at place t
are judged by the label at place t + 1: a shift by one. In a packed row the shift must stop at
every border. The last token of a sequence has nothing to predict, and the first label of the next
sequence is nobody's target.

    cu_seqlens  0 3 3 5
    place       0   1   2     3   4
    labels      a   b   c     d   e     place 0 predicts b, place 1 predicts c,
    predicts    b   c   -     e   -     place 3 predicts e; a and d are no targets

Some labels are not to be learned, such as those of a prompt: they are set to ``ignore_index``.
The loss is the mean over all targets that are left, whichever sequence they are in. A mean of
each sequence's mean would weigh a token in a short sequence more than one in a long sequence.

With no target left there is nothing to learn: the loss is 0, and so are all gradients. Batches of
this kind do occur, and one NaN in a gradient is the end of a training run.

The trap: 0 times infinity. A model that rules tokens out gives them a logit of -inf, and logits in
half types may be large, so "multiply by a mask" and "sum times 0" end in NaN.

Level: 3
Needs: packing/unpad_input
Source: Krell et al., Efficient Sequence Packing without Cross-contamination, arXiv:2107.02027
Time: O(T V)
Space: O(T V)
"""

import torch
from torch import Tensor


def packed_loss(
    logits: Tensor,
    labels: Tensor,
    cu_seqlens: Tensor,
    *,
    ignore_index: int = -100,
) -> Tensor:
    """The mean cross entropy of the next tokens, each inside of its own sequence.

    Args:
        logits: (T, V) with V of 1 or more, in float16, bfloat16, float32 or float64; -inf where a
            token is ruled out (never a target, and never all V at one place).
        labels: (T,), int64. The label at place t is a target if it is not the first of its
            sequence and is not ``ignore_index``; then it is from 0 up to V - 1. The first label of
            a sequence may be any number.
        cu_seqlens: (B + 1,), int32 or int64: sequence b is the places from cu_seqlens[b] up to
            cu_seqlens[b + 1], without the latter. It begins with 0, ends with T and never falls;
            where it stays, a sequence is empty.
        ignore_index: labels of this value are no targets; any integer, also one below V.

    Returns:
        A tensor without dimensions, float64 where the logits are and float32 otherwise, computed
        in that dtype throughout: the sum over all targets of log(sum(exp(logits))) - logit of the
        target, at the place before it, divided by the number of targets. 0 where there is none.
        Its gradient goes to the logits, is in their dtype, and is exactly 0 at places that
        predict no target.

    Raises:
        ValueError: logits are not (T, V) or labels not (T,); ``cu_seqlens`` has not one dimension,
            is empty, does not begin with 0, falls somewhere, or does not end with T.

    Example:
        >>> logits = torch.zeros(5, 4)
        >>> logits[1] = torch.tensor([-torch.inf, -torch.inf, 0.0, -torch.inf])
        >>> loss = packed_loss(logits, torch.tensor([0, 1, 2, 3, 1]), torch.tensor([0, 3, 3, 5]))
        >>> loss, 2 * torch.tensor(4.0).log() / 3
        (tensor(0.9242), tensor(0.9242))
    """
    raise NotImplementedError
