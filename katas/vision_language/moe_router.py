"""Choose the experts that see each token, and how much each of them counts.

A layer of experts holds many small networks, and a token is sent to a few of them. The router
decides to which ones, from one number a pair: ``logits[t, e]`` says how much token t asks for
expert e. Left alone, training sends most tokens to the same few experts. DeepSeek-V3 and
Moonlight keep the load even with one more number per expert, its ``bias``. A busy expert gets a
lower bias and is chosen less often. The bias has a say in the choice only, never in the weights.

Experts stand in groups of E / groups neighbours, as many as one machine holds. A token asks few
machines only:

    score  = sigmoid(logit)                          one number a token and expert
    choice = score + bias                            says who is chosen, and nothing else
    rank   = sum of the two best choices             one number a token and group
    the top_groups groups of best rank are open
    the top_k best choices in the open groups are chosen
    weight = scale * score / (sum of the scores of all chosen experts + 1e-20)

One token, E = 4, groups = 2, top_groups = 1, top_k = 2, scale = 2, and every bias is -2:

    score       0.9    0.1    0.5    0.75
    choice     -1.1   -1.9   -1.5   -1.25
    rank       -3.0          -2.75           the second group is open, without the best expert
    chosen                   2      3
    weight                   0.8    1.2      2 * 0.5 / 1.25 and 2 * 0.75 / 1.25

The trap: a choice may be negative, and all of them may be. What must not be chosen has to stand
below every number.

Level: 2
Needs: -
Source: DeepSeek-V3, arXiv:2412.19437, section 2.1.2; Wang et al., arXiv:2408.15664
Time: O(T E) and the sorting
Space: O(T E)
"""

import torch
from torch import Tensor


def route(
    logits: Tensor, bias: Tensor, *, groups: int, top_groups: int, top_k: int, scale: float
) -> tuple[Tensor, Tensor]:
    """The chosen experts of each token, and their weights.

    Args:
        logits: (T, E), of any floating dtype; T may be 0. Unchanged, as is ``bias``.
        bias: (E,), of any floating dtype, each a finite number.
        groups: how many groups the E experts stand in; the first E / groups experts are the first
            group.
        top_groups: how many groups are open to a token, 1 to ``groups``.
        top_k: how many experts a token is sent to, 1 or more.
        scale: factor of the weights, above 0.

    Returns:
        ``indices`` (T, top_k), int64: the chosen experts, different ones in each row, in any
        order; ``weights`` (T, top_k), in the order of ``indices``. Scores and weights are computed
        and returned in at least float32. Gradients flow from the weights to ``logits``, through
        the scores and through their sum.

    Raises:
        ValueError: ``groups`` does not divide E; a group holds fewer than 2 experts; ``top_k`` is
            larger than the number of experts in the open groups.

    Example:
        >>> logits = torch.tensor([[0.9, 0.1, 0.5, 0.75]]).logit()
        >>> bias = torch.full((4,), -2.0)
        >>> indices, weights = route(logits, bias, groups=2, top_groups=1, top_k=2, scale=2.0)
        >>> order = indices.argsort()
        >>> indices.gather(1, order), weights.gather(1, order)
        (tensor([[2, 3]]), tensor([[0.8000, 1.2000]]))

    Limits: where two choices or two ranks tie, either may win. The dtype of the weights, beyond at
        least float32, and other arguments that do not fit are left open.
    """
    raise NotImplementedError
