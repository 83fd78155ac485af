"""Send each token to its experts, and put what they say back in place.

The router has chosen k experts for each token. What is left to do sounds small: let every expert
see its tokens, and sum up the results. But a layer has 64 experts and a batch thousands of
tokens. An expert is fast when it sees all its tokens in one call, and slow when it sees them one
by one, or when it sees all tokens and most of its work is thrown away. So pairs of token and
expert are sorted by expert, each expert is called once, and the results go back to where their
tokens stand.

    out[t] = sum over j of weights[t, j] * expert indices[t, j] of x[t]   + shared(x)[t]

    x          (T, D)    the tokens
    indices    (T, k)    the experts of each token, different ones in each row
    weights    (T, k)    how much each of them counts

Two tokens, three experts, k = 2:

    indices = [[2, 0],       expert 0 sees token 0       [x0]
               [2, 1]]       expert 1 sees token 1       [x1]
                             expert 2 sees both          [x0, x1], or [x1, x0]

The shared network, if there is one, sees every token and has the weight 1. An expert that no
token was sent to is not called: with an empty batch some networks fail, and all of them cost
time.

The trap: the sorted order says which pair stands at a place. To go back, one must ask the other
way round: at which place a pair stands. Mixing them up gives the right shape, and often enough
the right result for two tokens.

Level: 3
Needs: vision_language/moe_router
Source: Shazeer et al., arXiv:1701.06538; DeepSeek-V3, arXiv:2412.19437, section 2.1.2
Time: O(T k) and the sorting, beside the experts
Space: O(T k D)
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor


def moe(
    x: Tensor,
    indices: Tensor,
    weights: Tensor,
    experts: Sequence[Callable],
    shared: Callable | None = None,
) -> Tensor:
    """The weighted sum of what its experts say of each token.

    Args:
        x: (T, D), of any floating dtype; T may be 0. Unchanged, as are ``indices`` and
            ``weights``.
        indices: (T, k), int64, the numbers of experts, different ones in each row; k is 1 or more.
        weights: (T, k), of the dtype of ``x`` or float32.
        experts: each is called with a tensor (n, D) of the dtype of ``x`` and gives one like it.
            What it gives may be the very tensor that it was called with; it changes nothing.
        shared: a network for all tokens, called likewise, or None.

    Returns:
        A new tensor (T, D) of the dtype of ``x``. Gradients flow to ``x``, to ``weights`` and to
        the parameters of ``experts`` and ``shared``. Each expert is called once with just its
        tokens, in any order, and not at all where it has none; so for T = 0 no expert is called.

    Example:
        >>> x = torch.tensor([[1.0], [2.0]])
        >>> indices = torch.tensor([[2, 0], [2, 1]])
        >>> weights = torch.tensor([[0.5, 0.5], [0.25, 0.75]])
        >>> experts = [lambda rows: rows + 10, lambda rows: rows + 20, lambda rows: rows + 30]
        >>> moe(x, indices, weights, experts)
        tensor([[21.0000],
                [24.5000]])

    Limits: arguments that do not fit are left open. For T = 0 ``shared`` may be called or not.
    """
    raise NotImplementedError
