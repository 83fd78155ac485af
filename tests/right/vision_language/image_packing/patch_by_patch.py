"""Copies patch by patch out of the unpadded image into zeros; the table by a loop over rows of vectors."""

import torch
import torch.nn.functional as F


def pack_images(images, *, patch=14, limit=4096, merge=2):
    if not images:
        raise ValueError("images")
    c = images[0].size(0)
    patches, grids, starts = [], [], [0]
    for image in images:
        if image.size(0) != c or min(image.size(1), image.size(2)) == 0:
            raise ValueError(tuple(image.shape))
        image = image.detach()
        n = (image.size(1) // patch) * (image.size(2) // patch)
        if n > limit:
            s = (limit / n) ** 0.5
            size = [max(1, int(side * s)) for side in image.shape[1:]]
            image = F.interpolate(image.unsqueeze(0), size, mode="bicubic", align_corners=False, antialias=False)[0]
        h, w = (merge * -(-side // (patch * merge)) for side in image.shape[1:])
        for number in range(h * w):
            top, left = number // w * patch, number % w * patch
            piece = image[:, top : top + patch, left : left + patch]
            new = torch.zeros(c, patch, patch, dtype=image.dtype)
            new[:, : piece.size(1), : piece.size(2)] = piece
            patches.append(new)
        grids.append((h, w))
        starts.append(len(patches))
    return torch.stack(patches), grids, torch.tensor(starts).to(torch.int32)


def position_embedding(table, grids):
    h0, w0, d = table.shape
    rows = []
    for h, w in grids:
        if [h, w] == [h0, w0]:
            new = table.detach().clone()
        else:
            flat = table.detach().reshape(h0 * w0, d).T.reshape(1, d, h0, w0)
            new = F.interpolate(flat, size=(h, w), mode="bicubic", align_corners=False)[0].movedim(0, -1)
        for row in new:
            rows.append(row)
    return torch.cat(rows)
