"""One image at a time as a grid (h, w, heads, pairs), columns and rows turned in two products."""

import torch


def rope_2d(x, grids, *, theta=10000.0):
    lengths = [h * w for h, w in grids]
    if x.shape[-1] % 4 or len(x) != sum(lengths):
        raise ValueError("shape")
    d = x.shape[-1]
    wide = x.to(torch.float64).reshape(*x.shape[:-1], d // 4, 2, 2)
    freqs = torch.tensor([theta ** (-4 * i / d) for i in range(d // 4)], dtype=torch.float64)
    out = []
    for image, (h, w) in zip(wide.split(lengths), grids):
        image = image.reshape(h, w, *image.shape[1:])
        z = torch.complex(image[..., 0], image[..., 1])
        by_column = torch.exp(1j * torch.arange(w)[:, None] * freqs)[None, :, None]
        by_row = torch.exp(1j * torch.arange(h)[:, None] * freqs)[:, None, None]
        z = torch.stack([z[..., 0] * by_column, z[..., 1] * by_row], dim=-1)
        out.append(torch.stack([z.real, z.imag], dim=-1).reshape(h * w, *x.shape[1:]))
    return torch.cat(out).to(x.dtype)
