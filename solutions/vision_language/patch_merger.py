"""Merge neighbouring patches into one token, and project it to the width of the language model.

An image of 896 x 896 pixels has 4,096 patches, too many tokens for a language model to read.
Neighbours hold almost the same, so each block of 2 x 2 patches becomes one token. Nothing is
averaged: the four vectors stand side by side in a vector of four times the width, and a small
network makes one vector of the language model's width out of it.

    x            (T, d), the patches of all images; those of one image stand row by row
    merged       a tensor (h / kh * w / kw, kh * kw, d) for each image of h x w patches;
                 the kernel, a block, has kh x kw patches
    projected    (sum of h / kh * w / kw over all images, out)

Blocks follow each other row by row over the image, and the patches of a block row by row inside
it:

    h = 2, w = 4, kernel (2, 2)     0 1 | 2 3      merged[0] = [[0, 1, 4, 5],
                                    4 5 | 6 7                   [2, 3, 6, 7]]

Each patch is normed on its own, over its d numbers. Only then are the kh * kw vectors of a block
put into one:

    variance  = mean of (x - mean) ** 2
    y         = (x - mean) / sqrt(variance + 1e-5) * norm_weight + norm_bias
    z         = [y_1, ..., y_K]                            K = kh * kw, so z has K d numbers
    projected = w2 gelu(w1 z + b1) + b2                    gelu(a) = a (1 + erf(a / sqrt(2))) / 2

The trap: patches of one block are no neighbours in memory. Cutting the row of patches into pieces
of four puts 0, 1, 2 and 3 together, four patches of one line. It has the right shape, and for w =
2 even the right content.

Level: 2
Needs: -
Source: Kimi-VL, arXiv:2504.07491, section 2.1; Ba et al., Layer Normalization, arXiv:1607.06450
Time: O(T d) to merge, O(T d (hidden + out)) to project
Space: O(T d)
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional


def merge_patches(
    x: Tensor,
    grids: Sequence[tuple[int, int]],
    *,
    kernel: tuple[int, int] = (2, 2),
) -> list[Tensor]:
    """The patches of each image, block by block.

    Args:
        x: (T, d), of any floating dtype; unchanged.
        grids: (h, w) of each image, in the order of ``x``, both 1 or more; T is the sum
            of all h * w.
        kernel: (kh, kw), how many patches a block is high and wide, both 1 or more.

    Returns:
        One new tensor an image, (h / kh * w / kw, kh * kw, d), of the dtype of ``x``. Every patch
        stands in it once, bit for bit as it came. No images and T = 0 give an empty list.

    Raises:
        ValueError: kh does not divide the h of an image, or kw its w; T is not the
            sum of all h * w.

    Example:
        >>> x = torch.arange(8.0).view(8, 1)
        >>> [image.squeeze(2) for image in merge_patches(x, [(2, 4)])]
        [tensor([[0., 1., 4., 5.],
                [2., 3., 6., 7.]])]
    """
    high, wide = kernel
    for number, (h, w) in enumerate(grids):
        if h % high or w % wide:
            raise ValueError(f"image {number} has {h} x {w} patches, not a multiple of the kernel {high} x {wide}")
    lengths = [h * w for h, w in grids]
    if len(x) != sum(lengths):
        raise ValueError(f"x has {len(x)} patches, and the grids {list(grids)} have {sum(lengths)}")
    merged = []
    for image, (h, w) in zip(x.split(lengths) if lengths else (), grids, strict=True):
        # hint: A patch has a place in four dimensions: row of blocks, row in the block, column of blocks, column in the
        # block. In which order do they stand in x, and in which order do they stand in the result?
        blocks = image.unflatten(0, (h // high, high, w // wide, wide)).transpose(1, 2)
        # hint: A view can't tell such a new order, so the numbers have to be copied; where nothing changes its place,
        # ask for the copy.
        copied = blocks.clone(memory_format=torch.contiguous_format)
        merged.append(copied.view(h // high * (w // wide), high * wide, x.shape[1]))
    return merged


def project(
    merged: Sequence[Tensor],
    norm_weight: Tensor,
    norm_bias: Tensor,
    w1: Tensor,
    b1: Tensor,
    w2: Tensor,
    b2: Tensor,
) -> Tensor:
    """The tokens of all images in one row, as wide as the language model.

    Args:
        merged: one tensor (n, K, d) an image, n may differ; at least one. Unchanged, as are the
            others.
        norm_weight: (d,), the factors of the norm.
        norm_bias: (d,), what is added behind them.
        w1: (hidden, K d), the first matrix; any number of rows.
        b1: (hidden,).
        w2: (out, hidden), the second matrix.
        b2: (out,).

    Returns:
        (sum of all n, out), in the order of the images, of the dtype of the arguments, which is
        the same for all of them. Sums of a norm are kept in at least float32: squares of float16
        numbers overflow.

    Raises:
        ValueError: there is no image at all.

    Example:
        >>> block = torch.tensor([[[1.0, 3.0], [2.0, 2.0]]])  # normed: -1, 1, 0, 0
        >>> w1, w2 = torch.tensor([[0.0, 1.0, 0.0, 0.0]]), torch.tensor([[10.0]])
        >>> project([block], torch.ones(2), torch.zeros(2), w1, torch.zeros(1), w2, torch.ones(1))
        tensor([[9.4134]])

    Limits: shapes that do not fit are left open.
    """
    if len(merged) == 0:
        raise ValueError("merged is empty: there is nothing to project")
    tokens = torch.cat(list(merged))  # (N, K, d)
    # hint: Over which numbers is a mean taken? A patch does not know of its block here, so flatten afterwards.
    normed = functional.layer_norm(tokens, tokens.shape[2:], norm_weight, norm_bias, eps=1e-5)
    hidden = functional.gelu(functional.linear(normed.flatten(1), w1, b1))  # (N, hidden)
    return functional.linear(hidden, w2, b2)
