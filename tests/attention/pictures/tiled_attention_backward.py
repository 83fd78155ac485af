"""Pictures of attention/tiled_attention_backward."""

from __future__ import annotations

import torch

from tests.attention.maps import got_of, heads_by_queries, numbers

NAMES = ["dq", "dk", "dv"]
EXAMPLE = (
    "flash_backward",
    {
        "dout": torch.ones(1, 1, 2, 1),
        "q": torch.ones(1, 1, 2, 1),
        "k": torch.zeros(1, 1, 2, 1),
        "v": torch.tensor([2.0, 6.0]).view(1, 1, 2, 1),
        "out": torch.tensor([4.0, 4.0]).view(1, 1, 2, 1),
        "lse": torch.tensor([2.0, 2.0]).log().view(1, 1, 2),
    },
)


def flash_backward(figure, case):
    """Where dq, dk and dv are wrong, head by head."""
    expected = case.expected.result
    if case.got is None:
        numbers(figure, NAMES, [each[0, 0].mT for each in expected], "head", "position")
        return "two queries and two keys with equal weights; the values are 2 and 6"
    got = got_of(case)
    got = got if type(got) in (tuple, list) and len(got) == 3 else (None,) * 3
    return heads_by_queries(figure, NAMES, expected, got, columns="position")


of_an_expanded_row = flash_backward
