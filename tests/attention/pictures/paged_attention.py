"""Pictures of attention/paged_attention."""

from __future__ import annotations

import torch

from tests.attention.maps import got_of, matrices, numbers

PAGES = torch.arange(6.0).view(3, 2, 1, 1)
EXAMPLE = (
    "paged_decode",
    {
        "q": torch.zeros(2, 1, 1),
        "k_pages": PAGES,
        "v_pages": PAGES,
        "page_table": torch.tensor([[2, 0], [1, 0]]),
        "lengths": torch.tensor([3, 1]),
    },
)


def paged_decode(figure, case):
    """Where the result is wrong, sequence by sequence and head by head."""
    expected = case.expected.result
    if case.got is None:
        numbers(figure, ["v_pages", "page_table", "out"],
                [case["v_pages"][:, :, 0, 0], case["page_table"], expected[:, 0]], "page, or sequence",
                "column")  # fmt: skip
        return f"lengths {case['lengths'].tolist()}; q is 0, so each sequence takes the mean of its values"
    return matrices(figure, ["out"], [expected], [got_of(case)], "sequence, head")
