"""Write the layers that every network has, as plain functions.

A transformer block is a few matrix products with normalisation, an activation and dropout between
them. Each of these layers is a function of its input and of arrays that somebody else keeps:

    linear        y = x W^T + b; W is (out, in), a row of W for each output
    relu          y = max(x, 0)
    gelu          y = x F(x), where F(x) = (1 + erf(x / sqrt(2))) / 2 is the
                  distribution function of the normal distribution; older
                  models put (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2
                  in the place of F
    layer_norm    y = (x - mean) / sqrt(var + eps) * weight + bias; mean and
                  var are those of the n values of one sample, and var is the
                  sum of the squared differences divided by n
    dropout       in training: y = 0 with probability p, else x / (1 - p), for
                  each value on its own, so that y is x on average;
                  outside of training: y = x

An example with two features, x = [1, 3]:

    linear, W = [[1, 1], [0, 2]], b = [0, 5]     [4, 11]
    layer_norm, eps = 0                          mean 2, variance 1: [-1, 1]
    dropout, p = 1/4, if only the 3 is dropped   [4/3, 0]

The trap: a layer that is a little wrong still trains, only worse, and no error ever says so. It
hides where tests seldom look: at p = 1, with n = 1, at a variance near eps, where the mean is far
from 0, in a second row.

x is float32 or float64; a result has the dtype of x, also where weight and bias have the other
one, and is a new array that shares no memory with x. No argument is changed.

Level: 2
Needs: -
Source: Ba et al., arXiv:1607.06450; Hendrycks and Gimpel, arXiv:1606.08415
Time: O(size of x) each; linear O(size of x * out)
Space: O(size of the result)
"""

import math

import numpy as np

_erf = np.vectorize(math.erf, otypes=[np.float64])


def linear(x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None = None) -> np.ndarray:
    """The product of x with the transposed weight, plus the bias.

    Args:
        x: (..., in), one axis or more; any of them may be 0 long.
        weight: (out, in).
        bias: (out,), or None for no bias.

    Returns:
        (..., out), of the dtype of x.

    Raises:
        ValueError: x has no axis, weight has not two, or the shapes do not fit each other.

    Example:
        >>> weight = np.array([[1.0, 1.0], [0.0, 2.0]])
        >>> linear(np.array([[1.0, 3.0]]), weight, np.array([0.0, 5.0]))
        array([[ 4., 11.]])
    """
    if x.ndim < 1 or weight.ndim != 2 or x.shape[-1] != weight.shape[1]:
        raise ValueError(f"x is (..., in) and weight (out, in), got {x.shape} and {weight.shape}")
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError(f"bias must have one value for each of {weight.shape[0]} outputs, got shape {bias.shape}")
    out = x @ weight.T
    if bias is not None:
        out = out + bias
    return out.astype(x.dtype, copy=False)


def relu(x: np.ndarray) -> np.ndarray:
    """The values of x that are positive, 0 in place of the others; NaN stays NaN.

    Args:
        x: any shape.

    Example:
        >>> relu(np.array([2.0, -1.0]))
        array([2., 0.])
    """
    return np.maximum(x, 0)


def dropout(x: np.ndarray, p: float, training: bool, rng: np.random.Generator) -> np.ndarray:
    """Drop each value of x with probability p, and divide the others by 1 - p.

    Args:
        x: any shape, finite values.
        p: the probability to drop a value, from 0 to 1; at 1 all of them are dropped.
        training: outside of training the result is a copy of x.
        rng: where all randomness comes from; how it is used is up to you. Outside of training
            nothing is drawn from it, so its state stays as it is.

    Returns:
        The shape and dtype of x; what is dropped is 0. Values are dropped independently of each
        other.

    Raises:
        ValueError: p is not from 0 to 1, also outside of training.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> sorted(set(dropout(np.ones(1000), 0.75, True, rng).tolist()))
        [0.0, 4.0]
        >>> dropout(np.ones(3), 0.75, False, rng)
        array([1., 1., 1.])
    """
    # hint: 1 - p is 0 at one of the allowed values of p. What does the result look like there?
    if not 0 <= p <= 1:
        raise ValueError(f"p is a probability, from 0 to 1, got {p}")
    if not training:
        return x.copy()
    if p == 1:
        return np.zeros_like(x)
    keep = rng.random(x.shape) >= p
    return np.where(keep, x / (1 - p), 0).astype(x.dtype, copy=False)


def layer_norm(
    x: np.ndarray,
    shape: int | tuple[int, ...],
    weight: np.ndarray | None = None,
    bias: np.ndarray | None = None,
    eps: float = 1e-5,
) -> np.ndarray:
    """Bring the last axes of x to mean 0 and variance 1, then apply weight and bias.

    Args:
        x: its last axes are ``shape``; mean and variance are taken over all of these axes
            together.
        shape: the lengths of those axes, each 1 or more; an int n means (n,).
        weight: of that shape; None stands for 1.
        bias: of that shape; None stands for 0.
        eps: added to the variance, 0 or more.

    Returns:
        The shape and dtype of x.

    Raises:
        ValueError: ``shape`` is empty or is not how the shape of x ends, or weight or bias has
            another shape.

    Example:
        >>> layer_norm(np.array([[1.0, 3.0], [5.0, 5.0]]), 2, eps=1e-12)
        array([[-1.,  1.],
               [ 0.,  0.]])

    Limits: values whose squares overflow, and a variance of 0 with eps 0, are left open. Where
    the mean is R times as large as the spread, the error may be R times as large as elsewhere,
    but not R^2 times.
    """
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    # hint: Compare the whole tuple, not its length: x.shape ends with shape, or it does not.
    if not shape or x.shape[-len(shape) :] != shape:
        raise ValueError(f"x {x.shape} does not end with the axes {shape} that are to be normalised")
    for name, each in (("weight", weight), ("bias", bias)):
        if each is not None and each.shape != shape:
            raise ValueError(f"{name} has shape {each.shape}, normalised are axes of shape {shape}")
    axes = tuple(range(-len(shape), 0))
    # hint: mean(x^2) - mean(x)^2 is the variance on paper. What is left of it in float32 where x is 10,000 and a bit?
    centred = x - x.mean(axis=axes, keepdims=True)
    variance = np.square(centred).mean(axis=axes, keepdims=True)
    out = centred / np.sqrt(variance + eps)
    if weight is not None:
        out = out * weight
    if bias is not None:
        out = out + bias
    return out.astype(x.dtype, copy=False)


def gelu(x: np.ndarray, approximate: str = "none") -> np.ndarray:
    """Multiply x by the normal distribution function of x, or by what is close to it.

    Args:
        x: any shape, finite values of any size.
        approximate: ``none`` for the function itself, ``tanh`` for the formula with tanh.

    Returns:
        The shape and dtype of x. Either formula is met up to a few roundings of x, so an
        approximation of erf with 7 digits is not enough for float64. A large x gives x, a large
        negative one 0.

    Raises:
        ValueError: ``approximate`` is anything else.

    Example:
        >>> gelu(np.array([1.0, -1.0, 100.0])).round(4)
        array([  0.8413,  -0.1587, 100.    ])
        >>> gelu(np.array([1.0]), approximate="tanh").round(4)
        array([0.8412])
    """
    if approximate not in ("none", "tanh"):
        raise ValueError(f"approximate is 'none' or 'tanh', got {approximate!r}")
    # hint: numpy has no erf, but the standard library has one, for one number at a time.
    if approximate == "none":
        part = _erf(x / math.sqrt(2))
    else:
        with np.errstate(over="ignore"):  # an infinite cube is as good as any: its tanh is 1
            part = np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x))
    return (x * (0.5 + 0.5 * part)).astype(x.dtype, copy=False)
