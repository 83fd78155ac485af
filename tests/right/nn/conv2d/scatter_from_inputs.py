"""Each value of the image is added to the outputs that see it; outputs are looked up by their distance."""

import numpy as np


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    def rows_and_columns(name, option, least):
        rows, columns = (option, option) if isinstance(option, int) else option
        if rows < least or columns < least:
            raise ValueError(f"{name}={option}")
        return rows, columns

    sh, sw = rows_and_columns("stride", stride, 1)
    ph, pw = rows_and_columns("padding", padding, 0)
    dh, dw = rows_and_columns("dilation", dilation, 1)
    if x.ndim != 4 or weight.ndim != 4 or groups < 1 or weight.shape[0] % groups:
        raise ValueError("axes or groups")
    (n, cin, h, w), (cout, k, kh, kw) = x.shape, weight.shape
    if cin != groups * k or (bias is not None and bias.shape != (cout,)):
        raise ValueError("channels")
    if h + 2 * ph <= dh * (kh - 1) or w + 2 * pw <= dw * (kw - 1):
        raise ValueError("kernel")
    ho, wo = (h + 2 * ph - dh * (kh - 1) - 1) // sh + 1, (w + 2 * pw - dw * (kw - 1) - 1) // sw + 1
    out = np.zeros((n, cout, ho, wo), np.result_type(x, np.float64))
    per = cout // groups
    for row in range(h):
        for column in range(w):
            for a in range(kh):
                i, off = divmod(row + ph - a * dh, sh)
                if off or not 0 <= i < ho:
                    continue
                for b in range(kw):
                    j, off = divmod(column + pw - b * dw, sw)
                    if off or not 0 <= j < wo:
                        continue
                    for g in range(groups):
                        pixel = x[:, g * k : (g + 1) * k, row, column].astype(float)
                        kernel = weight[g * per : (g + 1) * per, :, a, b].astype(float)
                        out[:, g * per : (g + 1) * per, i, j] += pixel @ kernel.T
    if bias is not None:
        out += np.expand_dims(bias, (1, 2))
    return out.astype(x.dtype)
