"""What the grader says of an answer."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Outcome = Literal["accepted", "rejected", "not_attempted", "not_checked", "fault"]
"""``not_checked`` is for a property only: what it needs (CUDA, torch) is not here."""


IMPORT = "loads"
"""The name under which it is told that an answer could not even be loaded."""


@dataclass(frozen=True)
class Counterexample:
    """The smallest input on which an answer was seen to be wrong.

    Attributes:
        input: the call's arguments, ``name = value``, one a line.
        expected, got: what the reference and the answer make of it.
        code: plain Python that shows it without the dojo.
        printed: what the answer printed meanwhile.
        traceback: where in the answer an exception was raised.
    """

    input: str
    expected: str
    got: str
    code: str
    printed: str = ""
    traceback: str = ""


@dataclass(frozen=True)
class PropertyVerdict:
    """What came of one property.

    Attributes:
        name: the test's name, with its parameters in brackets.
        outcome: whether it holds.
        message: why not.
        counterexample: where not, if an input is known.
        examples: how many inputs were tried until then.
        seconds: how long it took.
        weight: its share in the score.
    """

    name: str
    outcome: Outcome
    message: str = ""
    counterexample: Counterexample | None = None
    examples: int = 0
    seconds: float = 0.0
    weight: float = field(default=1.0, compare=False)

    @property
    def bare_title(self) -> str:
        """The same without its parameters."""
        return self.title.partition(" [")[0]

    @property
    def title(self) -> str:
        """The name as a sentence."""
        bare, bracket, parameters = self.name.removeprefix("test_").partition("[")
        return bare.replace("_", " ") + (f" [{parameters}" if bracket else "")


@dataclass(frozen=True)
class Verdict:
    """What came of one answer; the fields are the keys of ``dojo grade --format jsonl``."""

    kata: str
    submission: str
    sha256: str
    outcome: Outcome
    properties: tuple[PropertyVerdict, ...]
    seed: int
    grader: str
    seconds: float

    @property
    def score(self) -> float:
        """The share of the properties that hold, by weight, of those that were checked."""
        checked = [verdict for verdict in self.properties if verdict.outcome != "not_checked"]
        total = sum(verdict.weight for verdict in checked)
        held = sum(verdict.weight for verdict in checked if verdict.outcome == "accepted")
        return held / total if total else 0.0

    @property
    def rejections(self) -> list[PropertyVerdict]:
        """The properties that do not hold."""
        return [verdict for verdict in self.properties if verdict.outcome == "rejected"]

    def as_json(self) -> str:
        """One line of JSON."""
        data: dict[str, Any] = asdict(self)
        for verdict in data["properties"]:
            del verdict["weight"]
        return json.dumps(data, ensure_ascii=False)


def outcome_of(properties: tuple[PropertyVerdict, ...]) -> Outcome:
    """The outcome of an answer: a fault stays a fault, and only an answer that was never begun is not attempted."""
    found = [verdict.outcome for verdict in properties if verdict.outcome != "not_checked"]
    if "fault" in found:
        return "rejected" if "rejected" in found else "fault"
    if found and all(outcome == "accepted" for outcome in found):
        return "accepted"
    return "not_attempted" if all(outcome == "not_attempted" for outcome in found) else "rejected"
