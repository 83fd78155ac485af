"""The engine behind the katas: catalogue, stubs, bindings, meters, grading and practice.

For a script of a teacher's own, see docs/scripts.md:

    from dojo import Boxes, Catalogue, Grader, Verdict
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dojo.catalogue import Catalogue
    from dojo.grading.grader import Grader
    from dojo.grading.verdict import PropertyVerdict, Verdict
    from dojo.kata import Kata
    from dojo.sandbox.box import Boxes

__version__ = "0.1.0"
__all__ = ["Boxes", "Catalogue", "Grader", "Kata", "PropertyVerdict", "Verdict", "__version__"]

_PLACES = {
    "Boxes": "dojo.sandbox.box",
    "Catalogue": "dojo.catalogue",
    "Grader": "dojo.grading.grader",
    "Kata": "dojo.kata",
    "PropertyVerdict": "dojo.grading.verdict",
    "Verdict": "dojo.grading.verdict",
}
"""Imported when they are first asked for: ``import dojo`` costs nothing, also behind the walls."""


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module 'dojo' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_PLACES[name]), name)
