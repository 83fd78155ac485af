"""Take the padding out of a batch, remember where everything was, and put it back.

A batch of sequences is padded to one length so that it fits a rectangle. A mask says which places
hold a token. Layers that look at one token at a time need no padding: they run on the tokens
alone, one after the other in a single row. Only attention and the loss must know where each
sequence begins. That is what ``cu_seqlens`` tells: the running sum of the lengths, from 0 on.

    mask   1 1 0 0     tokens      a b c d e f        (T, ...), here T = 6
           0 0 0 0     indices     0 1 9 10 12 15     b * N + n
           0 1 1 0     cu_seqlens  0 2 2 4 6          row b: cu[b] to cu[b + 1]
           1 0 0 1     longest     2

Every fast kernel for packed sequences takes its input in this form, and every model that is
trained without padding goes through these three functions, forth and back.

A position is the place of a token in its own sequence, counted from 0: rotary embeddings of a
packed row need it. Positions of the example: 0 1 0 1 0 1.

The trap: a mask need not be ones and then zeros. Text to be continued is padded on the left,
tokens may be hidden in between, and a row may hold nothing at all.

Level: 2
Needs: -
Source: Hugging Face Transformers, _get_unpad_data; FlashAttention, bert_padding.py
Time: O(B N) for the mask, O(T) for the rest
Space: O(B N) for the mask and the padded result, O(T) for the rest
"""

import torch
from torch import Tensor


def unpad(x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor, int]:
    """The tokens of a batch without its padding, and where they were.

    Args:
        x: (B, N, ...), any dtype and any number of further dimensions, also none. Padding may
            hold anything, NaN too.
        mask: (B, N), True or 1 where there is a token, False or 0 at padding; of type bool or of
            any other dtype, half types too.

    Returns:
        ``tokens`` (T, ...), a new tensor: those of row 0 in their order, then row 1 and so on,
        with the gradient of each going to its place in x and exactly 0 to padding;
        ``indices`` (T,), int64: the place of each token in the flat batch, b * N + n;
        ``cu_seqlens`` (B + 1,), int32: how many tokens come before each row, and T at the end;
        ``longest``, an int: the largest number of tokens in a row, 0 for an empty batch.

    Raises:
        ValueError: x has less than two dimensions, or the mask's shape is not (B, N).

    Example:
        >>> x = torch.tensor([[5, 6, 0], [0, 0, 0], [0, 7, 8]])
        >>> unpad(x, x > 0)[:3]
        (tensor([5, 6, 7, 8]), tensor([0, 1, 7, 8]), tensor([0, 2, 2, 4], dtype=torch.int32))
    """
    if x.ndim < 2 or mask.shape != x.shape[:2]:
        raise ValueError(f"mask must be (B, N): it is {tuple(mask.shape)}, x {tuple(x.shape)}")
    # hint: Lengths are sums over the mask, and half types can't count beyond 256 or 2048. In which
    # dtype do you count?
    there = mask.bool()
    lengths = there.sum(1, dtype=torch.int32)
    cu_seqlens = torch.nn.functional.pad(lengths.cumsum(0, dtype=torch.int32), (1, 0))
    # hint: Where is a flat mask not zero?
    indices = there.flatten().nonzero().flatten()
    # An index picks, so what lies at padding is never touched, and gets the gradient 0.
    tokens = x.flatten(0, 1)[indices]
    return tokens, indices, cu_seqlens, max(lengths.tolist(), default=0)


def pad(tokens: Tensor, indices: Tensor, batch: int, seqlen: int) -> Tensor:
    """The padded batch again, with 0 at padding.

    Args:
        tokens: (T, ...), any dtype.
        indices: (T,), int64, all different: the place of each token in the flat batch, in any
            order.
        batch: B, 0 or more.
        seqlen: N, 0 or more.

    Returns:
        A new tensor (B, N, ...) of the dtype of ``tokens``, in which token i stands at the place
        ``indices[i]``. Each token gets the gradient of its place.

    Raises:
        ValueError: ``indices`` is not (T,).

    Example:
        >>> pad(torch.tensor([5, 6, 7, 8]), torch.tensor([0, 1, 7, 8]), 3, 3).tolist()
        [[5, 6, 0], [0, 0, 0], [0, 7, 8]]
    """
    if indices.shape != tokens.shape[:1]:
        raise ValueError(f"each token has one index: {tuple(indices.shape)}, tokens {tuple(tokens.shape)}")
    flat = tokens.new_zeros(batch * seqlen, *tokens.shape[1:])
    return flat.index_copy(0, indices, tokens).view(batch, seqlen, *tokens.shape[1:])


def positions(cu_seqlens: Tensor) -> Tensor:
    """The position of each token of a packed row in its own sequence.

    Args:
        cu_seqlens: (B + 1,), int32 or int64: rises from 0 to T, and stays where a sequence is
            empty.

    Returns:
        A new tensor (T,), int64.

    Raises:
        ValueError: ``cu_seqlens`` has not one dimension, or no element.

    Example:
        >>> positions(torch.tensor([0, 2, 2, 5], dtype=torch.int32))
        tensor([0, 1, 0, 1, 2])
    """
    if cu_seqlens.ndim != 1 or len(cu_seqlens) == 0:
        raise ValueError(f"cu_seqlens must be (B + 1,), got {tuple(cu_seqlens.shape)}")
    # hint: The place in the whole row is known. What must be taken off is where the token's own
    # sequence begins, said once for each of its tokens.
    starts = cu_seqlens[:-1].long().repeat_interleave(cu_seqlens.diff())
    return torch.arange(len(starts), device=cu_seqlens.device) - starts
