"""Pictures of autograd/tensor_engine: the program as a graph, with values and gradients."""

from __future__ import annotations

import numpy as np

from dojo.pictures.graph import Node, draw_graph
from dojo.pictures.heat import FINE, array, errors
from dojo.pictures.paper import short
from tests.autograd.probes.tensor_engine import NAMES, NO_TENSOR, run_program_as_code

EXAMPLE = (
    "run_program",
    {
        "program": [
            ("leaf", np.array([[1.0, 2.0], [3.0, 4.0]]), True),
            ("leaf", np.array([10.0, 20.0]), True),
            ("+", "a", "b"),
            ("*", "c", "a"),
            ("sum", "d", None, False),
            ("backward", "e", None),
        ]
    },
)
SMALL = 6


def run_program(figure, case):
    """Each tensor with its data; leaves also with their gradients at the end."""
    program = case["program"]
    expected = case.expected.result if case.expected.error is None else {}
    got = dict(case.results).get("got")
    got = got if type(got) is dict else {}
    nodes = {}
    for name, *operands in program:
        if name not in NO_TENSOR:
            new = NAMES[len(nodes)]
            nodes[new] = node(new, name, operands, nodes, expected, got)
    draw_graph(figure, nodes)
    steps = [line.strip() for line in run_program_as_code(program).splitlines() if ".backward(" in line]
    error = f"; got {case.words('got')}" if case.got is not None and case.got.error is not None else ""
    return short("; ".join(steps) + error, 88)


def node(new, name, operands, nodes, expected, got):
    """A tensor, with what differs."""
    texts = [each if type(each) is str and each in nodes else short(str(each), 14) for each in operands]
    how = "leaf" if name == "leaf" else f" {name} ".join(texts) if len(texts) == 2 and len(name) == 1 else (
        f"{name}({', '.join(texts)})")  # fmt: skip
    lines, wrong = [], []
    for label, key in (("", "data"), ("grad ", "grads")):
        one = expected.get(key, {}).get(new)
        if one is None and key == "data":
            continue
        other = got[key].get(new) if type(got.get(key)) is dict else None
        if key == "data" or name == "leaf":
            lines.append(label + written(one))
            error = errors(one, other)
            differs = error is None or error.max(initial=0) > FINE["float64"]
            if got and differs and not (one is None and other is None):
                wrong.append(f"got {label}{written(other)}")
    used = [each for each in operands if type(each) is str and each in nodes]
    return Node(new, how, used, lines, wrong)


def written(value):
    """An array in a line: its numbers where they are few, else its shape."""
    numbers = array(value)
    if numbers is None:
        return short(repr(value), 26)
    if numbers.size > SMALL:
        return f"shape {numbers.shape}"
    text = np.array2string(numbers, precision=4, separator=" ", suppress_small=True)
    return " ".join(text.split())
