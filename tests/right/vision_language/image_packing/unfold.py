"""Cuts with Tensor.unfold, pads by copying into zeros, counts in numpy, resizes the table channels last."""

import math

import numpy as np
import torch
import torch.nn.functional as F


def pack_images(images, *, patch=14, limit=4096, merge=2):
    if len(images) == 0:
        raise ValueError("no images")
    channels = {image.shape[0] for image in images}
    if len(channels) > 1:
        raise ValueError(f"channels {channels}")
    for image in images:
        if image.shape[1] == 0 or image.shape[2] == 0:
            raise ValueError("empty side")
    rows, grids = [], []
    for image in images:
        image = image.detach()
        h, w = image.shape[1:]
        n = (h // patch) * (w // patch)
        if n > limit:
            s = math.sqrt(limit / n)
            size = (max(int(h * s), 1), max(int(w * s), 1))
            image = F.interpolate(image.unsqueeze(0), size=size, mode="bicubic").squeeze(0)
            h, w = size
        unit = patch * merge
        canvas = torch.zeros(image.shape[0], math.ceil(h / unit) * unit, math.ceil(w / unit) * unit, dtype=image.dtype)
        canvas[:, :h, :w] = image
        cut = canvas.unfold(1, patch, patch).unfold(2, patch, patch)  # C, rows, columns, patch, patch
        grids.append((cut.shape[1], cut.shape[2]))
        rows.extend(cut[:, r, c] for r in range(cut.shape[1]) for c in range(cut.shape[2]))
    lengths = [a * b for a, b in grids]
    ends = torch.from_numpy(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32))
    return torch.stack(rows), grids, ends


def position_embedding(table, grids):
    vectors = []
    for h, w in grids:
        if (h, w) == tuple(table.shape[:2]):
            vectors.append(table.reshape(h * w, -1))
        else:
            new = F.interpolate(table.permute(2, 0, 1).unsqueeze(0), size=(h, w), mode="bicubic", align_corners=False)
            vectors.append(new.squeeze(0).permute(1, 2, 0).reshape(h * w, -1))
    return torch.cat(vectors)
