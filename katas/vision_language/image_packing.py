"""Pack images of any size into one row of patches.

Older models resize every image to one square, and a long receipt becomes unreadable. NaViT and
MoonViT keep the shape of an image. It is cut into patches as it is, and the patches of all images
stand in one long row, without a gap. Attention must not look across images, so it is told where
each one begins: ``cu_seqlens``, as in packed text.

Four steps for each image (C, H, W), in this order:

    count    n = (H // patch) * (W // patch), whole patches only
    scale    only if n > limit: to the size (int(H * s), int(W * s)), each side at least 1;
             s = sqrt(limit / n), just so in Python's floats;
             by torch.nn.functional.interpolate with that size, mode "bicubic",
             align_corners=False and no antialias
    pad      with 0 at the right and at the bottom, until patch * merge divides both sides
    cut      into h x w patches of (C, patch, patch), row by row

An image is never scaled up. Padding comes last, so h * w may be larger than limit.

    C = 1, H = 2, W = 3, patch = 1, merge = 2

    1 2 3      padded    1 2 3 0      patches     1, 2, 3, 0, 4, 5, 6, 0
    4 5 6                4 5 6 0      grid        (2, 4)
                                      cu_seqlens  [0, 8]; a second image of 4 patches: [0, 8, 12]

Each patch also gets a vector that says where it stands. There is one table of them, of H0 x W0
vectors, and it is resized to the grid of each image by the same interpolate.

The trap: each step changes what the next one sees. Count before you pad; scale height and width
by one factor, each rounded down on its own; and keep in mind which number of a pair is the
height.

Level: 3
Needs: -
Source: Dehghani et al., NaViT, arXiv:2307.06304; Kimi-VL, arXiv:2504.07491, section 2.1
Time: O(pixels)
Space: O(pixels)
"""

from collections.abc import Sequence

import torch
from torch import Tensor


def pack_images(
    images: Sequence[Tensor], *, patch: int = 14, limit: int = 4096, merge: int = 2
) -> tuple[Tensor, list[tuple[int, int]], Tensor]:
    """The patches of all images in one row, their grids, and where each image begins.

    Args:
        images: one tensor (C, H, W) an image; C is the same for all, H and W are not. All of one
            floating dtype. Unchanged.
        patch: height and width of a patch, 1 or more.
        limit: how many patches an image may have before it is scaled down, 1 or more.
        merge: how many patches high and wide the blocks are that are merged later, 1 or more; it
            divides the h and w of each grid.

    Returns:
        ``x`` (T, C, patch, patch), a new tensor of the dtype of the images; ``grids``, a list of
        one tuple of integers (h, w) an image; ``cu_seqlens`` (images + 1,), int32: patches
        ``cu_seqlens[i]`` to ``cu_seqlens[i + 1]`` are those of image i. Images stay in their
        order. The numbers of an image that is not scaled stay what they are.

    Raises:
        ValueError: there are no images; they differ in C; an image has an H or W of 0.

    Example:
        >>> image = torch.tensor([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]])
        >>> x, grids, cu_seqlens = pack_images([image, image[:, :1, :1]], patch=1)
        >>> x.flatten().tolist()
        [1.0, 2.0, 3.0, 0.0, 4.0, 5.0, 6.0, 0.0, 1.0, 0.0, 0.0, 0.0]
        >>> grids, cu_seqlens
        ([(2, 4), (2, 2)], tensor([ 0,  8, 12], dtype=torch.int32))
    """
    raise NotImplementedError


def position_embedding(table: Tensor, grids: Sequence[tuple[int, int]]) -> Tensor:
    """The vectors of all patches: the table, resized to each grid.

    Args:
        table: (H0, W0, d), of a floating dtype; unchanged.
        grids: (h, w) of each image, at least one, in the order of the patches; h and w are 1 or
            more.

    Returns:
        A new tensor (T, d) of the dtype of ``table``; T is the sum of all h * w. An image has the
        vectors of the table resized to h x w, row by row. A grid of H0 x W0 has the vectors of the
        table, untouched.

    Example:
        >>> table = torch.tensor([[[0.0]], [[8.0]]])
        >>> position_embedding(table, [(2, 1), (1, 1)]).flatten()
        tensor([0., 8., 4.])
    """
    raise NotImplementedError
