"""Turn queries and keys by the row and the column of their patch.

Attention does not see where a patch stands. Rotary embedding tells it: before the scores are
computed, each query and each key is turned by angles that grow with its position. The product of
two turned vectors then depends on how far apart they stand, and not on where. A patch has two
positions, so half of the numbers turn with the column and the other half with the row.

Neighbours in the last dimension are a pair (a, b), taken as the complex number a + jb. It is
multiplied by e^(j angle), which turns it and keeps its length:

    pair 2i          angle = column * theta^(-4i / d)
    pair 2i + 1      angle = row    * theta^(-4i / d)          for 0 <= i < d / 4

    d = 8            x = [ a b | c d | e f | g h ]
    turns with           column, row, column, row
    frequency             1      1    theta^(-1/2) for the last two pairs

Patches of all images stand in one long row, each image row by row, and each image counts its rows
and columns from 0:

    grids = [(1, 3), (2, 2)]      patch     0  1  2    3  4  5  6
                                  row       0  0  0    0  0  1  1
                                  column    0  1  2    0  1  0  1

The trap: on a square image, rows and columns may be swapped everywhere and no norm and no
distance will tell. Half types are another one: bfloat16 knows no number between 256 and 258, and
an angle is a large number of which the small part counts.

Level: 2
Needs: -
Source: Su et al., RoFormer, arXiv:2104.09864; Kimi-VL, arXiv:2504.07491, section 2.1
Time: O(T H d)
Space: O(T H d)
"""

from collections.abc import Sequence

import torch
from torch import Tensor


def rope_2d(x: Tensor, grids: Sequence[tuple[int, int]], *, theta: float = 10000.0) -> Tensor:
    """The vectors of ``x``, each turned by the place of its patch.

    Args:
        x: (T, H, d), H heads, d a multiple of 4, 4 or more; of any floating dtype and memory layout.
            Unchanged.
        grids: (h, w) of each image, in the order of ``x``, both 1 or more; at least one image. T
            is the sum of all h * w.
        theta: base of the frequencies, above 1.

    Returns:
        A new tensor (T, H, d) of the dtype of ``x``. Angles, their sines and cosines are computed
        in at least float32.

    Raises:
        ValueError: d is not a multiple of 4; T is not the sum of all h * w.

    Example:
        >>> x = torch.tensor([1.0, 0.0, 1.0, 0.0]).expand(3, 1, 4)
        >>> rope_2d(x, [(1, 2), (1, 1)]).squeeze(1)  # sin(1) is 0.8415
        tensor([[1.0000, 0.0000, 1.0000, 0.0000],
                [0.5403, 0.8415, 1.0000, 0.0000],
                [1.0000, 0.0000, 1.0000, 0.0000]])
    """
    raise NotImplementedError
