"""Probes of exports/export_constant: they run beside an answer and hand back plain data, never an expected value.

A program is a list of steps; the two registries are called 0 and 1:

- ``("export", registry, module, constant, names, options)``, where the options may hold v1;
- ``("append", n, name)`` appends to the list that the export of that number got as v1;
- ``("constants", registry, module, options)`` asks, where the options may hold the version;
- ``("add", n)`` adds an entry to the list that the question of that number got.
"""

from __future__ import annotations

import copy
from typing import Any

ADDED = (("mine",), "MINE")


def run_program(kata: Any, program: list[tuple[Any, ...]]) -> dict[str, Any]:
    """Run a program.

    Returns:
        ``exports``: what each export returned. ``at_once``: what each question got, as it was then. ``at_the_end``: the
        same lists when all is done.
    """
    registries = [kata.ConstantRegistry(), kata.ConstantRegistry()]
    returned, v1_lists, at_once, got = [], [], [], []
    for step, *rest in program:
        if step == "export":
            registry, module, constant, names, options = rest
            own = copy.deepcopy(options)
            v1_lists.append(own.get("v1"))
            returned.append(registries[registry].export(module, constant, *names, **own))
        elif step == "append":
            number, name = rest
            v1_lists[number].append(name)
        elif step == "constants":
            registry, module, options = rest
            got.append(registries[registry].constants(module, **options))
            at_once.append(copy.copy(got[-1]))
        else:
            got[rest[0]].append(ADDED)
    return {"exports": returned, "at_once": at_once, "at_the_end": got}
