"""The environment of what is measured."""

from __future__ import annotations

import os


def plain_environment() -> dict[str, str]:
    """The environment of whoever runs the benchmark, without its HYPOTHESIS_* variables.

    They choose profiles and folders of Hypothesis, and so change what a check costs.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith("HYPOTHESIS_")}
