"""Pictures of attention/tiled_attention."""

from __future__ import annotations

import torch

from tests.attention.maps import heads_by_queries, numbers

EXAMPLE = (
    "flash_forward",
    {
        "q": torch.ones(1, 1, 3, 1),
        "k": torch.zeros(1, 1, 5, 1),
        "v": torch.tensor([3.0, 5.0, 10.0, 6.0, 1.0]).view(1, 1, 5, 1),
        "block_q": 2,
        "block_k": 2,
        "causal": True,
    },
)


def flash_forward(figure, case):
    """Where out and lse are wrong; for an example, weights and result."""
    expected = case.expected.result
    if case.got is None:
        q, k, out = case["q"][0, 0], case["k"][0, 0], expected[0][0, 0]
        seen = torch.ones(len(q), len(k)).tril(len(k) - len(q)) if case.arguments.get("causal") else 1
        scores = torch.where(torch.as_tensor(seen) > 0, q @ k.mT * q.shape[-1] ** -0.5, -torch.inf)
        numbers(figure, ["weights", "out"], [scores.softmax(-1), out], "query", "key, or column of out")
        return "key j is seen by query i where j <= i + Nk - Nq"
    got = case.got.result if case.got.error is None else None
    got = got if type(got) is tuple and len(got) == 2 else (None, None)
    return heads_by_queries(figure, ["out", "lse"], expected, got, case.arguments.get("block_q", 64))
