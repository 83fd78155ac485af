"""Real arithmetic: tables of cosines and sines by repeat_interleave, and each pair turned by its swapped copy."""

import torch


def rope_2d(x, grids, *, theta=10000.0):
    t, _, d = x.shape
    if d % 4 != 0:
        raise ValueError(f"d = {d}")
    if t != sum(h * w for h, w in grids):
        raise ValueError(f"T = {t}")
    inverse = 1.0 / theta ** (torch.arange(0, d, 4, dtype=torch.float32) / d)
    tables = []
    for h, w in grids:
        rows = torch.arange(h).repeat_interleave(w).float()
        columns = torch.arange(w).repeat(h).float()
        tables.append(torch.stack([torch.outer(columns, inverse), torch.outer(rows, inverse)], dim=-1).flatten(1))
    angle = torch.cat(tables).repeat_interleave(2, dim=1).unsqueeze(1)
    swapped = torch.stack([-x[..., 1::2], x[..., 0::2]], dim=-1).reshape(x.shape)
    wide = torch.promote_types(x.dtype, torch.float32)
    return (x.to(wide) * angle.cos() + swapped.to(wide) * angle.sin()).to(x.dtype)
