"""Finds the number of each token's slot, gathers by one index over all slots, and lets the library attend."""

import torch
import torch.nn.functional as F


def paged_decode(q, k_pages, v_pages, page_table, lengths, *, scale=None):
    for x, dimensions in ((q, 3), (k_pages, 4), (v_pages, 4), (page_table, 2), (lengths, 1)):
        if x.ndim != dimensions:
            raise ValueError(f"{x.shape} should have {dimensions} dimensions")
    if q.shape[0] != page_table.shape[0] or q.shape[0] != lengths.shape[0]:
        raise ValueError("B")
    if k_pages.shape != v_pages.shape or k_pages.shape[3] != q.shape[2]:
        raise ValueError("pages")
    Hkv, page = k_pages.shape[2], k_pages.shape[1]
    if Hkv == 0 or q.shape[1] % Hkv:
        raise ValueError("heads")
    if len(lengths) and (lengths.min() < 0 or lengths.max() > page_table.shape[1] * page):
        raise ValueError("lengths")
    wide = q.dtype if q.dtype == torch.float64 else torch.float32
    slots_k, slots_v = (x.detach().reshape(-1, Hkv, x.shape[3]) for x in (k_pages, v_pages))
    results = []
    for b in range(len(q)):
        token = torch.arange(int(lengths[b]), device=q.device)
        if len(token) == 0:
            results.append(torch.zeros(q.shape[1:], dtype=wide, device=q.device))
            continue
        slot = page_table[b].long()[torch.div(token, page, rounding_mode="floor")] * page + token % page
        k, v = (x[slot].to(wide).permute(1, 0, 2).repeat_interleave(q.shape[1] // Hkv, 0) for x in (slots_k, slots_v))
        results.append(F.scaled_dot_product_attention(q[b, :, None].detach().to(wide), k, v, scale=scale)[:, 0])
    return torch.stack(results).to(q.dtype) if results else torch.zeros_like(q.detach())
