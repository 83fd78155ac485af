"""Convolve a batch of images, with stride, padding, dilation and groups.

A convolution layer slides a small window over an image. At each place it multiplies the values in
the window with a kernel and adds them up over all input channels. Each output channel has a kernel
of its own.

    x         (N, Cin, H, W)            N images of Cin channels
    weight    (Cout, Cin / G, kh, kw)   G is the number of groups
    bias      (Cout,)
    out       (N, Cout, Ho, Wo)

With stride (sh, sw), padding (ph, pw) and dilation (dh, dw):

    out[n, o, i, j] = bias[o] + sum over c, a, b of
        padded[n, first + c, i sh + a dh, j sw + b dw] * weight[o, c, a, b]

    padded    x with ph rows of zeros above and below, pw columns left and right
    first     the channels are cut into G groups in order, and an output sees
              the inputs of its own group: first = o // (Cout / G) * (Cin / G)
    Ho        (H + 2 ph - dh (kh - 1) - 1) // sh + 1, and Wo likewise

One row, x = [1, 2, 3, 4], kernel [1, 10]:

    plain             [21, 32, 43]
    stride 2          [21, 43]
    dilation 2        [31, 42]
    padding (0, 1)    [10, 21, 32, 43, 4]

The trap: nearly all test images are square, nearly all kernels are symmetric or 3 x 3, nearly all
strides equal. Then rows and columns may be swapped, the kernel turned round, or stride and dilation
mixed up, and nobody sees it.

Level: 3
Needs: nn/functional_layers
Source: Dumoulin and Visin, arXiv:1603.07285; PyTorch, torch.nn.Conv2d
Time: O(size of out * Cin / G * kh * kw)
Space: O(size of x + size of out) and more as you like
"""

import numpy as np


def conv2d(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None = None,
    stride: int | tuple[int, int] = 1,
    padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
    groups: int = 1,
) -> np.ndarray:
    """The convolution of each image with each kernel; the kernel is not turned round.

    Each of ``stride``, ``padding`` and ``dilation`` is an int for both axes, or a tuple of two
    ints, the first for the rows and the second for the columns.

    Args:
        x: (N, Cin, H, W), float32 or float64. N may be 0, all other lengths are 1 or more.
        weight: (Cout, Cin / groups, kh, kw), float32 or float64.
        bias: (Cout,); None stands for 0.
        stride: 1 or more: how far the window moves from one output to the next.
        padding: 0 or more: how many zeros are put around the image on each side.
        dilation: 1 or more: how far apart the values of a window are.
        groups: 1 or more; Cin and Cout are multiples of it.

    Returns:
        A new array (N, Cout, Ho, Wo) of the dtype of x, also where weight or bias has another one.

    Raises:
        ValueError: x or weight has not four axes; a shape does not fit the others and ``groups``;
            an option is below what is said above, or is not one or two ints; the dilated kernel is
            larger than the padded image.

    Example:
        >>> x = np.array([[[[1.0, 2.0, 3.0, 4.0]]]])
        >>> weight = np.array([[[[1.0, 10.0]]]])
        >>> conv2d(x, weight)
        array([[[[21., 32., 43.]]]])
        >>> conv2d(x, weight, padding=(0, 1), stride=(1, 2))
        array([[[[10., 32.,  4.]]]])

    Limits: infinite values and NaN, and lists in place of tuples, are left open. An output may be
    off by some roundings of the terms of its own window, however large other values of the image
    are.
    """
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError(f"x and weight have four axes each, got {x.shape} and {weight.shape}")
    sh, sw = _pair("stride", stride, 1)
    ph, pw = _pair("padding", padding, 0)
    dh, dw = _pair("dilation", dilation, 1)
    (n, channels, height, width), (outputs, inputs, kh, kw) = x.shape, weight.shape
    if groups < 1 or channels != inputs * groups or outputs % groups:
        raise ValueError(f"{channels} channels and weights {weight.shape} do not fit {groups} groups")
    if bias is not None and bias.shape != (outputs,):
        raise ValueError(f"bias must have one value for each of {outputs} outputs, got {bias.shape}")
    # hint: From the first to the last value of a window it is dh * (kh - 1). How many strides fit into what is left?
    out_height = (height + 2 * ph - dh * (kh - 1) - 1) // sh + 1
    out_width = (width + 2 * pw - dw * (kw - 1) - 1) // sw + 1
    if out_height < 1 or out_width < 1:
        raise ValueError(f"the kernel {(kh, kw)} with dilation {(dh, dw)} is larger than the padded image")
    padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)))
    out = np.zeros((n, groups, outputs // groups, out_height, out_width), np.result_type(x, weight))
    kernels = weight.reshape(groups, outputs // groups, inputs, kh, kw)
    # hint: Turn the loops inside out: for each value of the kernel, all outputs need one slice of the padded image,
    # with the stride as its step. There are only kh * kw slices.
    for a in range(kh):
        for b in range(kw):
            rows = slice(a * dh, a * dh + sh * (out_height - 1) + 1, sh)
            columns = slice(b * dw, b * dw + sw * (out_width - 1) + 1, sw)
            # hint: Give the groups an axis of their own, in x and in weight, and the sum over channels of a group is
            # one einsum.
            seen = padded[:, :, rows, columns].reshape(n, groups, inputs, out_height, out_width)
            out += np.einsum("ngcij,goc->ngoij", seen, kernels[..., a, b])
    out = out.reshape(n, outputs, out_height, out_width)
    if bias is not None:
        out = out + bias[:, None, None]
    return out.astype(x.dtype, copy=False)


def _pair(name: str, value: int | tuple[int, int], smallest: int) -> tuple[int, int]:
    """The option for rows and columns."""
    pair = (value, value) if isinstance(value, int) else tuple(value)
    if len(pair) != 2 or min(pair) < smallest:
        raise ValueError(f"{name} is one int or two, each {smallest} or more, got {value}")
    return pair
