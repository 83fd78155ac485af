"""Pictures of autograd/scalar_engine: the program as a graph, with values and gradients."""

from __future__ import annotations

import math

from dojo.pictures.graph import Node, draw_graph
from tests.autograd.probes.scalar_engine import NAMES, run_program_as_code

EXAMPLE = ("run_program", {"program": [("leaf", 3.0), ("*", "a", "a"), ("+", "b", "a"), ("backward", "c"),
                                       ("backward", "c")]})  # fmt: skip
NO_VALUE = ("backward", "zero", "try")
MOST_CODE = 9
CLOSE = 1e-9


def run_program(figure, case):
    """Each value with its data; leaves also with their gradients after each pass."""
    program = case["program"]
    expected = case.expected.result if case.expected.error is None else {"data": {}, "grads": []}
    got = dict(case.results).get("got")
    got = got if type(got) is dict else {}
    nodes = {}
    for name, *operands in program:
        if name not in NO_VALUE:
            new = NAMES[len(nodes)]
            nodes[new] = node(new, name, operands, nodes, expected, got)
    draw_graph(figure, nodes)
    code = [line for line in run_program_as_code(program).splitlines() if not line.startswith("print")]
    error = f"; got {case.words('got')}" if case.got is not None and case.got.error is not None else ""
    steps = "; ".join(line.strip() for line in code if ".backward" in line or ".grad" in line)
    return f"{steps}{error}"


def node(new, name, operands, nodes, expected, got):
    """A value, with what differs."""
    sign = name.rstrip("=") if name != "leaf" else name
    texts = [each if type(each) is str and each in nodes else f"{each!r}"[:12] for each in operands]
    how = "leaf" if name == "leaf" else f" {sign} ".join(texts) if len(texts) == 2 else f"{sign}({texts[0]})"
    lines, wrong = [], []
    compare("", expected["data"].get(new), got.get("data", {}).get(new) if got else None, bool(got), lines, wrong)
    if name == "leaf":
        passes = expected["grads"][:-1] or expected["grads"]
        if passes and passes[-1] != expected["grads"][-1]:
            passes = expected["grads"]  # set to 0 after the last pass
        mine = got.get("grads") if got else None
        for number, grads in enumerate(passes[:4]):
            other = mine[number].get(new) if type(mine) is list and number < len(mine) else None
            label = "grad " if len(passes) == 1 else f"grad {number + 1}: "
            compare(label, grads.get(new), other, bool(got), lines, wrong)
    used = [each for each in operands if type(each) is str and each in nodes]
    return Node(new, how, used, lines, wrong)


def compare(label, one, other, judged, lines, wrong):
    """A line with the expected number, and one with the other where it differs."""
    if one is None:
        return
    lines.append(f"{label}{one:.6g}")
    if not judged:
        return
    if type(other) not in (int, float):
        wrong.append(f"got {label}{other!r}"[:28])
    elif not math.isclose(one, other, rel_tol=CLOSE, abs_tol=1e-300):
        digits = 6 if f"{one:.6g}" != f"{other:.6g}" else 16
        wrong.append(f"got {label}{other:.{digits}g}")
