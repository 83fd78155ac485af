"""Compute the loss of a classifier, with all the switches that training uses.

A classifier gives each class a score, its logit. Softmax turns logits into probabilities, and the
loss is the negative logarithm of the probability of the right class. Language models compute it
once per token, over a vocabulary of 100,000 classes.

For one position with the logits z_1, ..., z_C and the target t:

    log p_c = z_c - log(exp(z_1) + ... + exp(z_C))
    loss    = -w_t log p_t

w are weights of the classes, all 1 if none are given. Label smoothing s moves a share of the
target to all C classes, the right one among them:

    loss    = (1 - s) (-w_t log p_t) + s / C * sum over c of (-w_c log p_c)

Padding has no right class. Its target is ``ignore_index``, and such a position counts nowhere:
its loss is 0, whatever its logits are, NaN and infinity too. The reductions of all losses:

    none    the losses, one for each position
    sum     their sum
    mean    the sum, divided by the sum of w_t over the positions that are not ignored

Logits [0, ln 3] give p = [1/4, 3/4]. For the target 1:

    loss            -ln(3/4) = 0.2877
    with s = 0.2    0.8 * 0.2877 + 0.1 * (1.3863 + 0.2877) = 0.3975

The trap: exp(1000) overflows and exp(-1000) is 0, but the logits 0 and 1000 have a loss of 1000 or
of 0, and no infinity in it. And three numbers by which a sum may be divided look alike until the
first padded batch: all positions, those that are not ignored, and their weights.

Level: 3
Needs: nn/functional_layers
Source: PyTorch, torch.nn.CrossEntropyLoss; Szegedy et al., arXiv:1512.00567, section 7
Time: O(size of logits)
Space: O(size of logits)
"""

import numpy as np


def cross_entropy(
    logits: np.ndarray,
    target: np.ndarray,
    weight: np.ndarray | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> np.ndarray:
    """The cross entropy of softmax(logits) with the target classes.

    Args:
        logits: (N, C) or (N, C, ...), float32 or float64; the classes, at least one, are on the
            second axis.
        target: (N,) or (N, ...), the shape of logits without the second axis; integers of any
            dtype, each from 0 to C - 1, or ``ignore_index``.
        weight: (C,), not negative; None stands for 1.
        ignore_index: the target of positions that count nowhere; any integer, one of the classes
            too.
        reduction: ``none``, ``sum`` or ``mean``.
        label_smoothing: s, from 0 to 1.

    Returns:
        A new array of the dtype of logits: of the shape of target for ``none``, else a single
        number, as an array without axes or as a numpy scalar. If no position counts, ``mean`` is
        NaN and ``sum`` is 0. A logit of -inf is a probability of 0: at the target the loss is
        infinite, at another class it changes nothing without smoothing.

    Raises:
        ValueError: logits has fewer than two axes; target or weight does not have its shape; a
            target is neither a class nor ``ignore_index``; ``reduction`` is another word;
            ``label_smoothing`` is not from 0 to 1.
        TypeError: the targets are not integers.

    Example:
        >>> logits = np.array([[0.0, np.log(3)], [1000.0, 0.0]])
        >>> cross_entropy(logits, np.array([1, 1]), reduction="none").round(4).tolist()
        [0.2877, 1000.0]
        >>> float(cross_entropy(logits, np.array([1, -100]), label_smoothing=0.2).round(4))
        0.3975

    Limits: left open are +inf and NaN among logits that count, positions with nothing but -inf,
    -inf with smoothing or with a weight of 0, the mean where all weights that count are 0, and
    targets that are True and False.
    """
    raise NotImplementedError
