"""Picks by a boolean mask, scatters by assignment, and finds positions with a running maximum."""

import torch


def unpad(x, mask):
    if x.dim() < 2 or tuple(mask.shape) != tuple(x.shape[:2]):
        raise ValueError("mask")
    mask = mask != 0
    B, N = mask.shape
    places = torch.arange(B * N, device=mask.device).reshape(B, N)
    lengths = mask.long().sum(dim=1)
    cu = torch.zeros(B + 1, dtype=torch.int32, device=mask.device)
    cu[1:] = torch.cumsum(lengths, 0)
    return x[mask], places[mask], cu, int(lengths.max()) if B else 0


def pad(tokens, indices, batch, seqlen):
    if indices.dim() != 1 or tokens.dim() < 1 or len(indices) != len(tokens):
        raise ValueError("indices")
    flat = torch.zeros((batch * seqlen,) + tuple(tokens.shape[1:]), dtype=tokens.dtype, device=tokens.device)
    flat[indices] = tokens
    return flat.reshape((batch, seqlen) + tuple(tokens.shape[1:]))


def positions(cu_seqlens):
    if cu_seqlens.dim() != 1 or cu_seqlens.numel() < 1:
        raise ValueError("cu_seqlens")
    total = int(cu_seqlens[-1])
    places = torch.arange(total, device=cu_seqlens.device)
    owner = torch.searchsorted(cu_seqlens.long(), places, right=True) - 1
    return places - cu_seqlens.long()[owner]
