"""Takes page after page with a running maximum and denominator, a head at a time, as the first CUDA kernel does."""

import math

import torch


@torch.inference_mode()
def paged_decode(q, k_pages, v_pages, page_table, lengths, *, scale=None):
    shapes = [tuple(x.shape) for x in (q, k_pages, v_pages, page_table, lengths)]
    if [len(shape) for shape in shapes] != [3, 4, 4, 2, 1]:
        raise ValueError(shapes)
    B, Hq, d = q.shape
    _, page, Hkv, _ = k_pages.shape
    if shapes[1] != shapes[2] or shapes[1][3] != d or shapes[3][0] != B or shapes[4][0] != B:
        raise ValueError(shapes)
    if Hkv < 1 or Hq % Hkv != 0:
        raise ValueError(shapes)
    counts = [int(each) for each in lengths]
    if counts and (min(counts) < 0 or max(counts) > page * page_table.shape[1]):
        raise ValueError(counts)
    t = torch.promote_types(q.dtype, torch.float32)
    factor = 1 / math.sqrt(d) if scale is None else scale
    out = torch.empty(B, Hq, d, dtype=q.dtype, device=q.device)
    for b, left in enumerate(counts):
        m = torch.full((Hq, 1), -torch.inf, dtype=t, device=q.device)
        l, o = torch.zeros_like(m), torch.zeros(Hq, d, dtype=t, device=q.device)
        for entry in page_table[b].tolist():
            if left <= 0:
                break
            k, v = (x[entry, : min(left, page)].to(t).repeat_interleave(Hq // Hkv, dim=1) for x in (k_pages, v_pages))
            s = (q[b].to(t)[None] * k).sum(-1).T * factor
            new = torch.maximum(m, s.amax(1, keepdim=True))
            p, shrink = (s - new).exp(), (m - new).exp()
            l = l * shrink + p.sum(1, keepdim=True)
            o = o * shrink + torch.einsum("hn,nhd->hd", p, v)
            m = new
            left -= page
        out[b] = torch.where(l > 0, o / l, torch.zeros_like(o)).to(q.dtype)
    return out.clone()
