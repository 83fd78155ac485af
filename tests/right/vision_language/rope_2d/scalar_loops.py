"""Plain Python over patches and pairs, with cmath."""

import cmath

import torch


def rope_2d(x, grids, *, theta=10000.0):
    total, heads, d = x.shape
    if d % 4:
        raise ValueError("d")
    if sum(h * w for h, w in grids) != total:
        raise ValueError("T")
    out = torch.empty(total, heads, d, dtype=torch.float64)
    number = 0
    for h, w in grids:
        for row in range(h):
            for column in range(w):
                for pair in range(d // 2):
                    position = (column, row)[pair % 2]
                    turn = cmath.rect(1.0, position / theta ** (4 * (pair // 2) / d))
                    a, b = x[number, :, 2 * pair].detach().double(), x[number, :, 2 * pair + 1].detach().double()
                    out[number, :, 2 * pair] = a * turn.real - b * turn.imag
                    out[number, :, 2 * pair + 1] = a * turn.imag + b * turn.real
                number += 1
    return out.to(x.dtype)
