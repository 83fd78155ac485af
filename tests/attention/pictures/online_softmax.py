"""Pictures of attention/online_softmax."""

from __future__ import annotations

import numpy as np

from dojo.pictures.heat import errors, words_only, wrong_map
from dojo.pictures.paper import panels
from tests.attention.maps import numbers

BLOCKS = [np.array([[0.0, 1.0], [2.0, -np.inf]]), np.array([[np.log(3)], [0.5]])]
STATE = ("update", ("start", 2, 1), BLOCKS[0], np.array([[4.0], [2.0]]))
EXAMPLE = ("run_program", {"program": ("update", STATE, BLOCKS[1], np.array([[8.0]]))})


def run_program(figure, case):
    """Where out and lse are wrong, row by row."""
    expected = case.expected.result
    if case.got is None:
        numbers(figure, ["out", "lse"], [expected["out"], expected["lse"][:, None]], "row", "column")
        return "two blocks of scores, of two columns and of one"
    got = case.got.result if case.got.error is None and type(case.got.result) is dict else {}
    return rows(figure, ["out", "lse", "m", "l"], [expected[name] for name in ("out", "lse", "m", "l")],
                [got.get(name) for name in ("out", "lse", "m", "l")])  # fmt: skip


def online_from_generator(figure, case):
    """Where maximum and denominator are wrong."""
    expected = case.expected.result["result"]
    if case.got is None or case.got.error is not None or type(case.got.result) is not dict:
        return words_only(figure, "there is no result to compare")
    return rows(figure, ["maximum", "denominator"], expected, case.got.result.get("result"))


def rows(figure, names, expected, got):
    """A map for each result, of one column where it has one number a row."""
    got = got if type(got) in (tuple, list) and len(got) == len(expected) else [None] * len(expected)
    found = [errors(one, other) for one, other in zip(expected, got, strict=True)]
    for name, error, other in zip(names, found, got, strict=True):
        if error is None or not error.size:
            return words_only(figure, f"{name} can't be compared: {type(other).__name__} "
                                      f"{tuple(getattr(other, 'shape', ()))}")  # fmt: skip
    (parts,) = panels(figure, len(found), width=3.2, height=1.6 + 0.35 * min(len(found[0]), 40))
    for axes, name, error in zip(parts, names, found, strict=True):
        matrix = error if error.ndim == 2 else error[:, None]
        wrong_map(axes, matrix, dtype="float64", rows="row", columns="column", name=name)
        wrong = int((matrix > 1e-9).sum())
        axes.set_title(f"{name}: {wrong} wrong", loc="left", fontweight="bold")
    return "white is right, orange is wrong, black is not finite"
