"""Loops over rows and tokens; what it returns is stacked from pieces."""

import torch


def unpad(x, mask):
    if x.ndim < 2 or mask.ndim != 2 or x.shape[0] != mask.shape[0] or x.shape[1] != mask.shape[1]:
        raise ValueError("x and mask")
    pieces, indices, ends = [], [], [0]
    for b in range(mask.shape[0]):
        for n in range(mask.shape[1]):
            if mask[b, n]:
                pieces.append(x[b, n])
                indices.append(b * mask.shape[1] + n)
        ends.append(len(indices))
    tokens = (
        torch.stack(pieces)
        if pieces
        else x.reshape(-1, *x.shape[2:])[:0].clone()
        if x.numel()
        else x.new_zeros((0,) + x.shape[2:])
    )
    longest = 0
    for start, end in zip(ends, ends[1:]):
        longest = max(longest, end - start)
    return (
        tokens,
        torch.tensor(indices, dtype=torch.int64, device=x.device),
        torch.tensor(ends, dtype=torch.int32, device=x.device),
        longest,
    )


def pad(tokens, indices, batch, seqlen):
    if indices.ndim != 1 or tokens.ndim == 0 or tokens.shape[0] != indices.shape[0]:
        raise ValueError("tokens and indices")
    nothing = torch.zeros(tokens.shape[1:], dtype=tokens.dtype, device=tokens.device)
    rows = [nothing] * (batch * seqlen)
    for token, index in zip(tokens, indices.tolist()):
        rows[index] = token
    if not rows:
        return tokens.new_zeros((batch, seqlen) + tuple(tokens.shape[1:]))
    return torch.stack(rows).view((batch, seqlen) + tuple(tokens.shape[1:]))


def positions(cu_seqlens):
    if cu_seqlens.ndim != 1 or cu_seqlens.shape[0] == 0:
        raise ValueError("cu_seqlens")
    borders = cu_seqlens.tolist()
    every = []
    for start, end in zip(borders, borders[1:]):
        every.extend(range(end - start))
    return torch.tensor(every, dtype=torch.int64, device=cu_seqlens.device)
