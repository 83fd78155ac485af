"""The contenders of each kata, one module a topic; every one has ``WORKLOADS``, by the short name of the kata.

A new kata adds an entry there, and is found.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

from dojo.bench.workload import Workload


def of(topic: str) -> Mapping[str, tuple[Workload, ...]]:
    """The workloads of the katas of a topic; nothing for a topic without contenders."""
    if topic not in topics():
        return {}
    found: Mapping[str, tuple[Workload, ...]] = importlib.import_module(f"{__name__}.{topic}").WORKLOADS
    return found


def topics() -> list[str]:
    """The topics that have contenders."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def covered() -> list[str]:
    """The names of all katas that have contenders, whether they are in the repository or not."""
    return [f"{topic}/{name}" for topic in topics() for name in of(topic)]
