"""All sequences at once: entries are clamped to pages that exist, and slots past the length are masked and zeroed."""

import torch


def paged_decode(q, k_pages, v_pages, page_table, lengths, *, scale=None):
    if q.dim() != 3 or k_pages.dim() != 4 or v_pages.dim() != 4 or page_table.dim() != 2 or lengths.dim() != 1:
        raise ValueError("dimensions")
    (B, Hq, d), (P, page, Hkv, dk) = q.shape, k_pages.shape
    if v_pages.shape != k_pages.shape or dk != d or Hkv == 0 or Hq % Hkv:
        raise ValueError("pages")
    if page_table.size(0) != B or lengths.size(0) != B:
        raise ValueError("batch")
    room = page_table.size(1) * page
    if (lengths < 0).any() or (lengths > room).any():
        raise ValueError("lengths")
    t = torch.float64 if q.dtype == torch.float64 else torch.float32
    with torch.no_grad():
        table = page_table.long().clamp(0, P - 1)
        hidden = torch.arange(room, device=q.device)[None] >= lengths[:, None].to(q.device)
        k, v = (x[table].reshape(B, room, Hkv, d).to(t) for x in (k_pages, v_pages))
        v = torch.where(hidden[..., None, None], torch.zeros((), dtype=t, device=q.device), v)
        queries = q.to(t).reshape(B, Hkv, Hq // Hkv, d) * (d**-0.5 if scale is None else scale)
        scores = torch.einsum("bhgd,bnhd->bhgn", queries, k).masked_fill(hidden[:, None, None], float("-inf"))
        weights = scores.softmax(-1).masked_fill(hidden[:, None, None], 0.0)
        return torch.einsum("bhgn,bnhd->bhgd", weights, v).reshape(B, Hq, d).to(q.dtype)
