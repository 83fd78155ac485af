"""Pads with a block of zeros by cat, cuts with nn.functional.unfold in float64; resizes always, in float64."""

from math import sqrt

import torch
from torch import nn


def resize(image, h, w):
    return nn.functional.interpolate(image.double()[None], (h, w), mode="bicubic", align_corners=False)[0].to(
        image.dtype
    )


def pack_images(images, *, patch=14, limit=4096, merge=2):
    images = list(images)
    if not images or any(i.shape[0] != images[0].shape[0] or i.numel() == 0 for i in images):
        raise ValueError([tuple(i.shape) for i in images])
    all_patches, grids, cu = [], [], [0]
    for image in images:
        c, h, w = image.shape
        whole = (h // patch) * (w // patch)
        if whole > limit:
            scale = sqrt(limit / whole)
            h, w = int(h * scale) or 1, int(w * scale) or 1
            image = resize(image, h, w)
        block = patch * merge
        below, right = (block - h % block) % block, (block - w % block) % block
        image = torch.cat([image, torch.zeros(c, below, w, dtype=image.dtype)], dim=1)
        image = torch.cat([image, torch.zeros(c, h + below, right, dtype=image.dtype)], dim=2)
        columns = nn.functional.unfold(image.double()[None], patch, stride=patch)[0]  # (C patch patch, T)
        all_patches.append(columns.T.reshape(-1, c, patch, patch).to(image.dtype))
        grids.append(((h + below) // patch, (w + right) // patch))
        cu.append(cu[-1] + len(all_patches[-1]))
    return torch.cat(all_patches), grids, torch.IntTensor(cu)


def position_embedding(table, grids):
    out = []
    for h, w in grids:
        same = h == table.shape[0] and w == table.shape[1]
        new = table if same else resize(table.permute(2, 0, 1), h, w).permute(1, 2, 0)
        out.append(new.flatten(0, 1))
    return torch.concat(out)
