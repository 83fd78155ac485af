"""Pictures of attention/multi_head_attention."""

from __future__ import annotations

import torch

from tests.attention.maps import got_of, heads_by_queries, matrices, numbers

EXAMPLE = (
    "attention",
    {
        "q": torch.ones(1, 2, 3, 1),
        "k": torch.zeros(1, 1, 3, 1),
        "v": torch.tensor([3.0, 5.0, 10.0]).view(1, 1, 3, 1),
        "causal": True,
    },
)


def attention(figure, case):
    """Where the result is wrong, head by head."""
    expected = case.expected.result
    if case.got is None:
        numbers(figure, ["out"], [expected[0, :, :, 0]], "head", "query")
        return "k is 0, so each query takes the mean of the values that it sees: of 3, 5 and 10"
    return heads_by_queries(figure, ["out"], [expected], [got_of(case)])


def gradients(figure, case):
    """Where the gradients are wrong, as they are found in the end."""
    expected, got = case.expected.result[-1], got_of(case)
    got = got[-1] if type(got) is list and got and type(got[-1]) is dict else {}
    return matrices(figure, [f"d{name}" for name in expected], list(expected.values()), [got.get(x) for x in expected],
                    "batch, head, position")  # fmt: skip
