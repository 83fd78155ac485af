"""Pictures of attention/stable_softmax."""

from __future__ import annotations

import numpy as np

from tests.attention.maps import got_of, matrices, numbers

EXAMPLE = ("softmax", {"x": np.array([[0.0, np.log(3)], [1000.0, -np.inf]])})


def softmax(figure, case):
    """Where the result is wrong."""
    if case.got is None:
        numbers(figure, ["x", case.name], [case["x"], case.expected.result], "row", "column")
        return "the last row of x is 1000 and -inf"
    return matrices(figure, [case.name], [case.expected.result], [got_of(case)])


log_softmax = logsumexp = of_many = softmax
