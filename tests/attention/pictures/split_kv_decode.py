"""Pictures of attention/split_kv_decode."""

from __future__ import annotations

import torch

from tests.attention.maps import got_of, matrices, numbers

EXAMPLE = (
    "decode",
    {
        "q": torch.ones(1, 2, 1, 1),
        "k": torch.zeros(1, 1, 4, 1),
        "v": torch.tensor([[1.0, 0.0], [2.0, 0.0], [3.0, 0.0], [6.0, 4.0]]).view(1, 1, 4, 2),
        "splits": 2,
    },
)


def decode(figure, case):
    """Where the result is wrong, head by head."""
    expected = case.expected.result
    if case.got is None:
        numbers(
            figure, ["v, cut into two splits", "out"], [case["v"][0, 0], expected[0, :, 0]], "key, or head", "column"
        )
        return "k is 0, so each head takes the mean of all values"
    return matrices(figure, ["out"], [expected], [got_of(case)], "batch, head")


def combine(figure, case):
    """Where the merged result is wrong."""
    return matrices(figure, ["out", "lse"], case.expected.result, got_of(case))
