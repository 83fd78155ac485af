"""Seven nested loops over single numbers; the padding is an if."""

import numpy as np


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    def two(value, least):
        if type(value) is int:
            value = (value, value)
        if len(value) != 2 or value[0] < least or value[1] < least:
            raise ValueError(value)
        return value

    if len(x.shape) != 4 or len(weight.shape) != 4:
        raise ValueError("axes")
    s, p, d = two(stride, 1), two(padding, 0), two(dilation, 1)
    n, cin, h, w = x.shape
    cout, per, kh, kw = weight.shape
    if groups <= 0 or cin % groups or cout % groups or cin // groups != per:
        raise ValueError("groups")
    if bias is not None and bias.shape != (cout,):
        raise ValueError("bias")
    ho = (h + 2 * p[0] - d[0] * (kh - 1) - 1) // s[0] + 1
    wo = (w + 2 * p[1] - d[1] * (kw - 1) - 1) // s[1] + 1
    if min(ho, wo) <= 0:
        raise ValueError("the kernel is too large")
    images, kernels = x.tolist(), weight.tolist()
    out = np.zeros((n, cout, ho, wo), x.dtype)
    for image in range(n):
        for o in range(cout):
            g = o // (cout // groups)
            for i in range(ho):
                for j in range(wo):
                    total = 0.0 if bias is None else float(bias[o])
                    for a in range(kh):
                        row = i * s[0] - p[0] + a * d[0]
                        if not 0 <= row < h:
                            continue
                        for b in range(kw):
                            column = j * s[1] - p[1] + b * d[1]
                            if 0 <= column < w:
                                for c in range(per):
                                    total += images[image][g * per + c][row][column] * kernels[o][c][a][b]
                    out[image, o, i, j] = total
    return out
