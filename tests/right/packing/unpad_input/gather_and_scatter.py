"""index_select and scatter with expanded indices; positions by a running sum whose steps fall back at each border."""

import torch


def unpad(x, mask):
    if x.ndim < 2:
        raise ValueError("x")
    if mask.shape != x.shape[:2]:
        raise ValueError("mask")
    batch, seqlen = mask.shape
    rows, columns = torch.where(mask.to(torch.bool))
    counts = torch.bincount(rows, minlength=batch) if batch else torch.zeros(0, dtype=torch.int64, device=x.device)
    cu = torch.cat([counts.new_zeros(1), counts.cumsum(0)]).to(torch.int32)
    longest = counts.max().item() if batch else 0
    flat = x.reshape(batch * seqlen, *x.shape[2:])
    indices = rows * seqlen + columns
    return torch.index_select(flat, 0, indices), indices, cu, longest


def pad(tokens, indices, batch, seqlen):
    if tokens.ndim < 1 or indices.shape != (tokens.shape[0],):
        raise ValueError("indices")
    rest = tokens.shape[1:]
    where = indices.view(-1, *[1] * len(rest)).expand(len(indices), *rest)
    empty = torch.zeros(batch * seqlen, *rest, dtype=tokens.dtype, device=tokens.device)
    return torch.scatter(empty, 0, where, tokens).reshape(batch, seqlen, *rest)


def positions(cu_seqlens):
    if cu_seqlens.ndim != 1 or not cu_seqlens.numel():
        raise ValueError("cu_seqlens")
    cu = cu_seqlens.to(torch.int64)
    lengths = cu[1:] - cu[:-1]
    steps = torch.ones(int(cu[-1]) + 1, dtype=torch.int64, device=cu.device)
    steps[0] = 0
    # Fall back by the length of the sequence before; index_add lets several borders meet at one place.
    steps.index_add_(0, cu[1:], -lengths)
    return steps.cumsum(0)[: int(cu[-1])]
