"""Probes of packing/patch_forward: they run beside an answer and hand back plain data, never an expected value.

There are four classes: Base, Left(Base), Right(Base) and Leaf(Left, Right). Each may hold one method, of one of the
kinds "method", "class" and "static". A method gives the name of the class that holds it, the name of the class that it
is called on (not if it is static), and its argument. A replacement gives its label, then what the original gives.
"""

from __future__ import annotations

from typing import Any

BASES = {"Base": (), "Left": ("Base",), "Right": ("Base",), "Leaf": ("Left", "Right")}


class Broken(Exception):
    """Leaves a block as errors do."""


class Interrupted(BaseException):
    """Leaves a block as KeyboardInterrupt does: it is no Exception."""


LEAVING = {"error": Broken, "interrupt": Interrupted}


def made_classes(holds: dict[str, str], name: str) -> dict[str, Any]:
    """The four classes; ``holds`` says which of them hold a method of that name, and its kind."""

    def method(label: str, kind: str) -> Any:
        return {
            "method": lambda self, x: [label, type(self).__name__, x],
            "class": classmethod(lambda cls, x: [label, cls.__name__, x]),
            "static": staticmethod(lambda x: [label, x]),
        }[kind]

    classes: dict[str, Any] = {}
    for each, bases in BASES.items():
        namespace = {name: method(each, holds[each])} if each in holds else {}
        classes[each] = type(each, tuple(classes[base] for base in bases), namespace)
    return classes


def nested_blocks(kata: Any, holds: dict[str, str], name: str, blocks: list[Any], made_first: bool) -> list[Any]:
    """Patch the method in blocks inside each other and after each other, and call it on every class.

    Args:
        kata: the answer.
        holds: which classes hold the method, and of which kind.
        name: what the method is called.
        blocks: a list of (owner, label, how it is left, the blocks inside it).
        made_first: make all context managers before the first block is entered.

    Returns:
        What happened, in order: ``("called", what each class's method gives)`` at the beginning and after each block is
        entered or left; ``("left", label, by an exception or not, the attributes of classes that are not as before)``.
    """
    classes = made_classes(holds, name)
    instances = {each: cls() for each, cls in classes.items()}
    originals: dict[str, Any] = {}
    events: list[Any] = []

    def manager(owner: str, label: str) -> Any:
        replacement = lambda *arguments: [label, *originals[label](*arguments)]  # noqa: E731
        return kata.patch(classes[owner], name, replacement)

    def call_all() -> None:
        results = {}
        for each, instance in instances.items():
            try:
                results[each] = instance(5) if name == "__call__" else getattr(instance, name)(5)
            except (AttributeError, TypeError) as error:
                results[each] = type(error).__name__
        events.append(("called", results))

    def run(blocks: list[Any]) -> None:
        for owner, label, leaving, inner in blocks:
            before = {each: dict(vars(cls)) for each, cls in classes.items()}
            raised = False
            try:
                with ready.get(label) or manager(owner, label) as originals[label]:
                    call_all()
                    run(inner)
                    if leaving in LEAVING:
                        raise LEAVING[leaving]
            except tuple(LEAVING.values()):
                raised = True
            events.append(("left", label, raised, changes(before, classes)))
            call_all()

    def all_of(blocks: list[Any]) -> list[Any]:
        return [each for block in blocks for each in (block, *all_of(block[3]))]

    ready = {label: manager(owner, label) for owner, label, *_ in all_of(blocks)} if made_first else {}
    call_all()
    run(blocks)
    return events


def changes(before: dict[str, dict[str, Any]], classes: dict[str, Any]) -> list[str]:
    """The attributes that a class holds now and did not hold before, or the other way, or that are other objects."""
    nothing = object()
    return [
        f"{each}.{key}"
        for each, cls in classes.items()
        for key in sorted({*vars(cls), *before[each]})
        if vars(cls).get(key, nothing) is not before[each].get(key, nothing)
    ]


def enter_without(kata: Any, holds: dict[str, str], name: str, owner: str, wanted: str) -> str:
    """Enter a block that patches the attribute ``wanted`` of a class, and check that an error changes no class."""
    classes = made_classes(holds, name)
    before = {each: dict(vars(cls)) for each, cls in classes.items()}
    instance = classes[owner]()
    instance.only_here = lambda x: x
    try:
        with kata.patch(classes[owner], wanted, lambda *arguments: arguments):
            return "the block ran"
    finally:
        changed = changes(before, classes)
        if changed:
            raise RuntimeError(f"{changed} changed")
