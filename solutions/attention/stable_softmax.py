"""Softmax, its logarithm, and the logarithm of its denominator, for scores of any size.

Scores x become weights that are positive and add up to 1:

    softmax(x)_j     = exp(x_j) / sum_i exp(x_i)
    logsumexp(x)     = log sum_i exp(x_i)
    log_softmax(x)_j = x_j - logsumexp(x)

Typed as it stands, this fails at the first real input. exp(89) is too large for a float32 and
exp(12) for a float16, while scores of 1,000 are common; and where all scores are below -1,000, the
sum is 0. The results themselves are harmless: weights lie between 0 and 1.

    x                          [1000, 1000 + ln 3]
    exp(x)                     [inf, inf]
    softmax(x)                 [0.25, 0.75]
    log_softmax(x)             [-ln 4, ln 3 - ln 4]
    logsumexp(x)               1000 + ln 4

x may have any number of dimensions. Each slice along ``axis`` is a problem of its own: a matrix
(3, 4) with axis=1 holds three problems of four scores, with axis=0 four problems of three.

Rules for all three functions:

- A score of -inf is a key that is masked: its weight is 0, its log_softmax -inf. Where all scores
  of a slice are -inf, softmax is 0 everywhere, log_softmax -inf everywhere, and logsumexp -inf.
- A slice that holds NaN gives NaN in all places. No other slice notices.
- The result is new, of the dtype of x: float16, float32 or float64. For float16, all
  differences, exponentials and sums are computed in float32 or better, and rounded at the end.
- A result below the range of its dtype becomes -inf.

The trap: adding the same number to all scores of a slice changes neither softmax nor log_softmax.
That holds for large numbers too: x = [1e300, 1e300] gives weights of 0.5, and a log_softmax of
-ln 2. Two formulas that are equal on paper are not equal here.

Level: 1
Needs: -
Source: Blanchard, Higham and Higham, "Accurately computing the log-sum-exp ...", IMA J. 2021
Time: O(elements of x)
Space: O(elements of x)
"""

import numpy as np


def softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    """The weights exp(x) / sum exp(x) of each slice along an axis.

    Args:
        x: scores, at least one dimension, in any memory layout; unchanged. Other axes may be empty.
        axis: -x.ndim up to x.ndim - 1; negative ones count from the last.

    Returns:
        A new array of the shape and dtype of ``x``.

    Raises:
        ValueError: ``x`` has no such axis, or has length 0 along it.

    Example:
        >>> softmax(np.array([[0.0, np.log(3)], [-np.inf, 7.0]]))
        array([[0.25, 0.75],
               [0.  , 1.  ]])

    Limits: +inf, integers and arrays without dimensions are left open, here and below.
    """
    _, rest, total = _parts(x, axis)
    return (np.exp(rest) / total).astype(x.dtype)


def log_softmax(x: np.ndarray, axis: int = -1) -> np.ndarray:
    """The logarithm of softmax, also where the weight itself is too small for any float.

    Args:
        x: scores, at least one dimension, in any memory layout; unchanged. Other axes may be empty.
        axis: -x.ndim up to x.ndim - 1; negative ones count from the last.

    Returns:
        A new array of the shape and dtype of ``x``.

    Raises:
        ValueError: ``x`` has no such axis, or has length 0 along it.

    Example:
        >>> log_softmax(np.array([0.0, -10000.0, -np.inf]))
        array([     0., -10000.,    -inf])
    """
    _, rest, total = _parts(x, axis)
    # hint: x - logsumexp(x) is right on paper. Try it on [1e300, 1e300]: which digits of logsumexp
    # are lost, and were they needed? Subtract twice instead, the large number first.
    with np.errstate(over="ignore"):
        return (rest - np.log(total)).astype(x.dtype)


def logsumexp(x: np.ndarray, axis: int = -1) -> np.ndarray:
    """The logarithm of the sum of exp(x) in each slice along an axis, without that axis.

    Args:
        x: scores, at least one dimension, in any memory layout; unchanged. Other axes may be empty.
        axis: -x.ndim up to x.ndim - 1; negative ones count from the last.

    Returns:
        A new array of the dtype of ``x``, of its shape without ``axis``; for one dimension, a
        number of numpy does as well.

    Raises:
        ValueError: ``x`` has no such axis, or has length 0 along it.

    Example:
        >>> logsumexp(np.array([[1000.0, 1000.0], [-np.inf, -np.inf]])) - 1000
        array([0.69314718,       -inf])
    """
    largest, _, total = _parts(x, axis)
    return (largest + np.log(total)).astype(x.dtype).squeeze(axis)


def _parts(x: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of each slice: the largest score, all scores relative to it, and the sum of their exponentials."""
    if not -x.ndim <= axis < x.ndim or x.shape[axis] == 0:
        raise ValueError(f"x must have an axis {axis} of length 1 or more, got shape {x.shape}")
    wide = x.astype(np.promote_types(x.dtype, np.float32))
    # hint: Which number may be subtracted from all scores of a slice, so that no exponential is above
    # 1, and at least one of them is exactly 1?
    largest = wide.max(axis, keepdims=True)
    # hint: -inf - -inf is NaN. In a slice that is masked wholly, subtract any finite number instead;
    # the sum is then 0, and you know what the results must be.
    with np.errstate(over="ignore"):  # two scores may be further apart than the largest float
        rest = wide - np.where(np.isneginf(largest), 0.0, largest)
    total = np.exp(rest).sum(axis, keepdims=True)
    return largest, rest, np.where(total == 0, 1.0, total)
