"""Tests with the mark ``walls`` need a box of bubblewrap: where none starts they are skipped, and counted.

Those with the mark ``once`` say the same on every Python: ``tox`` runs them on one.
"""

from __future__ import annotations

from typing import Any

import pytest

NO_WALLS = "walls not checked: "


def pytest_configure(config: pytest.Config) -> None:
    """Make the marks known."""
    config.addinivalue_line("markers", "walls: the test needs a box of bubblewrap")
    config.addinivalue_line("markers", "once: the test says the same on every Python")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Try whether a box starts here, once."""
    if item.get_closest_marker("walls"):
        from dojo.sandbox.namespaces import why_no_box

        if why := why_no_box():
            pytest.skip(f"{NO_WALLS}{why}")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many tests were skipped, and why."""
    reasons = [str(report.longrepr[2]) for report in terminalreporter.stats.get("skipped", []) if report.longrepr]
    found = [reason.partition(NO_WALLS)[2] for reason in reasons if NO_WALLS in reason]
    if found:
        terminalreporter.write_line(f"{NO_WALLS}{len(found)} tests, {found[0]} (`dojo doctor` says how to allow it)")
