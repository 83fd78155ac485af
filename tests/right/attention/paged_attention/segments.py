"""The tokens of all sequences in one row, without padding: each knows its sequence, and a softmax over segments sums."""

import torch


@torch.no_grad()
def paged_decode(q, k_pages, v_pages, page_table, lengths, *, scale=None):
    if (q.dim(), k_pages.dim(), v_pages.dim(), page_table.dim(), lengths.dim()) != (3, 4, 4, 2, 1):
        raise ValueError("dimensions")
    (B, Hq, d), (_, page, Hkv, width) = q.shape, k_pages.shape
    if width != d or v_pages.shape != k_pages.shape or Hkv < 1 or Hq % Hkv:
        raise ValueError("q, k_pages and v_pages")
    if page_table.shape[0] != B or lengths.shape[0] != B:
        raise ValueError("B")
    if bool(((lengths < 0) | (lengths > page_table.shape[1] * page)).any()):
        raise ValueError("lengths")
    counts = lengths.long()
    owner = torch.repeat_interleave(torch.arange(B, device=q.device), counts)
    ends = counts.cumsum(0)
    place = torch.arange(len(owner), device=q.device) - (ends - counts)[owner]
    pages, slots = page_table[owner, place // page].long(), place % page
    wide = torch.promote_types(q.dtype, torch.float32)
    heads = torch.arange(Hq, device=q.device) // (Hq // Hkv)
    keys, values = (each[pages, slots].to(wide)[:, heads] for each in (k_pages, v_pages))
    scores = torch.einsum("thd,thd->th", q.to(wide)[owner], keys) * (d**-0.5 if scale is None else scale)
    top = scores.new_full((B, Hq), -torch.inf).index_reduce(0, owner, scores, "amax")
    weights = torch.exp(scores - top[owner])
    total = scores.new_zeros(B, Hq).index_add(0, owner, weights)
    out = scores.new_zeros(B, Hq, d).index_add(0, owner, weights.unsqueeze(-1) * values)
    return (out / total.masked_fill(total == 0, 1).unsqueeze(-1)).to(q.dtype)
