"""Rules on the programs that a learner pastes: each runs as it is, on the answer and on the solution."""

from __future__ import annotations

import contextlib
import io
import sys
import types
import warnings
from collections.abc import Iterator

from dojo.audit.finding import Finding
from dojo.grading.verdict import PropertyVerdict
from dojo.kata import Kata


class Programs:
    """Runs the program of the first rejection by each property of each kata; the others are made the same way."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, str]] = set()

    def is_new(self, kata: Kata, verdict: PropertyVerdict) -> bool:
        """Whether this rejection's program is the first one by its property of its kata; a second call says no."""
        found, key = verdict.counterexample, (kata.name, verdict.name.partition("[")[0])
        if found is None or not found.code or key in self._seen or "no answer within" in found.got:
            return False
        self._seen.add(key)
        return True

    def check(self, kata: Kata, answer: bytes, verdict: PropertyVerdict) -> Iterator[Finding]:
        """What is wrong with the program of a rejection.

        Args:
            kata: which.
            answer: the wrong answer that was rejected.
            verdict: of the property that rejected it.
        """
        found = verdict.counterexample
        if found is None:
            return
        for whose, text in (("the answer", answer), ("the solution", kata.solution.read_bytes())):
            error = run(kata, text, found.code)
            told = found.got if whose == "the answer" else found.expected
            if error is not None and type(error).__name__ not in told:
                said = f"{type(error).__name__}: {error}"
                yield Finding(kata.name, f"the program of {verdict.name} ends with {said} on {whose}:\n{found.code}")


def run(kata: Kata, answer: bytes, code: str) -> Exception | None:
    """Run a pasted program here, with an answer in the place of the learner's file; the error that it ends with.

    Only for answers that are kept in the repository, and so are trusted.
    """
    package = types.ModuleType("katas")
    topic = types.ModuleType(f"katas.{kata.topic}")
    module = types.ModuleType(kata.module)
    module.__file__ = str(kata.stub)
    names = {"katas": package, topic.__name__: topic, kata.module: module}
    before = {name: sys.modules.get(name) for name in names}
    sys.modules.update(names)
    setattr(package, kata.topic, topic)
    setattr(topic, kata.short_name, module)
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(answer, str(kata.stub), "exec", dont_inherit=True), vars(module))  # noqa: S102
            exec(compile(code, "<pasted>", "exec", dont_inherit=True), {"__name__": "__main__"})  # noqa: S102
    except Exception as error:
        return error
    finally:
        for name, old in before.items():
            if old is None:
                del sys.modules[name]
            else:
                sys.modules[name] = old
    return None
