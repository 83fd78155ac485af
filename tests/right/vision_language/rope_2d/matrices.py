"""A 2 x 2 matrix of rotation for each patch and pair, applied by einsum; turns in the dtype of x."""

import torch


def rope_2d(x, grids, *, theta=10000.0):
    d = x.size(-1)
    if d & 3:
        raise ValueError("multiple of 4")
    columns, rows = [], []
    for h, w in grids:
        row, column = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
        rows.append(row.flatten())
        columns.append(column.flatten())
    rows, columns = torch.cat(rows), torch.cat(columns)
    if len(rows) != len(x):
        raise ValueError("T")
    i = torch.arange(d // 4, dtype=torch.float64)
    frequency = torch.exp(-torch.log(torch.tensor(theta, dtype=torch.float64)) * 4 * i / d)
    angle = torch.empty(len(x), d // 2, dtype=torch.float64)
    angle[:, 0::2] = columns[:, None] * frequency
    angle[:, 1::2] = rows[:, None] * frequency
    matrix = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], -1).reshape(len(x), d // 2, 2, 2)
    pairs = x.reshape(*x.shape[:-1], d // 2, 2)
    return torch.einsum("tpij,thpj->thpi", matrix.to(x.dtype), pairs).reshape(x.shape)
