"""Probes of memory/training_plan: they run beside an answer and hand back plain data, never an expected value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def plan_for(kata: Any, parameters: int, gpu_bytes: int, worlds: Sequence[int], activation: int) -> Any:
    """The plan by the names of its fields, as a tuple, and whether it is a Plan; None where there is none."""
    plan = kata.training_plan(parameters, gpu_bytes, worlds=worlds, activation=activation)
    if plan is None:
        return None
    fields = {"stage": plan.stage, "world": plan.world, "bytes": plan.bytes}
    return {**fields, "tuple": tuple(plan), "is a Plan": isinstance(plan, kata.Plan)}
