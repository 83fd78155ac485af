"""A defaultdict for each version whose values are tuples, so that nothing handed out could change them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence


class ConstantRegistry:
    def __init__(self) -> None:
        self.v1: defaultdict[str, tuple] = defaultdict(tuple)
        self.v2: defaultdict[str, tuple] = defaultdict(tuple)

    def export(self, module_name: str, constant_name: str, *names: str, v1: Sequence[str] | None = None) -> None:
        if v1 is None:
            v1 = names
        if names:
            self.v2[module_name] += (((*names,), constant_name),)
        if len(v1):
            self.v1[module_name] += (((*v1,), constant_name),)

    def constants(self, module_name: str, *, version: int = 2) -> list[tuple[tuple[str, ...], str]]:
        table = {1: self.v1, 2: self.v2}[version]
        return [*table[module_name]]
