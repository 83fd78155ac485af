"""Takes every kh-th row and kw-th column of an image as a slice, and stacks the slices."""

import torch
from torch import nn


def merge_patches(x, grids, *, kernel=(2, 2)):
    kh, kw = kernel
    ends = [0]
    for h, w in grids:
        if h % kh != 0 or w % kw != 0:
            raise ValueError("grid")
        ends.append(ends[-1] + h * w)
    if ends[-1] != x.size(0):
        raise ValueError("T")
    out = []
    for i, (h, w) in enumerate(grids):
        image = x[ends[i] : ends[i + 1]].reshape(h, w, x.size(1))
        parts = [image[dy::kh, dx::kw].reshape(-1, x.size(1)) for dy in range(kh) for dx in range(kw)]
        out.append(torch.stack(parts, dim=1))
    return out


def project(merged, norm_weight, norm_bias, w1, b1, w2, b2):
    if len(merged) < 1:
        raise ValueError("no images")
    tokens = torch.concat([*merged])
    wide = torch.promote_types(tokens.dtype, torch.float32)
    y = nn.functional.layer_norm(tokens.to(wide), (tokens.size(-1),), norm_weight.to(wide), norm_bias.to(wide))
    y = y.reshape(tokens.size(0), -1).to(tokens.dtype)
    y = nn.functional.gelu(torch.addmm(b1, y, w1.mT))
    return torch.addmm(b2, y, w2.mT)
