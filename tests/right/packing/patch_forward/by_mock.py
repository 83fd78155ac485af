"""unittest.mock does the swapping, told what to put there; the original comes from the namespace that holds it."""

from contextlib import contextmanager
from unittest import mock


@contextmanager
def patch(owner, name, replacement):
    held = None
    for cls in reversed(owner.__mro__):
        held = vars(cls).get(name, held)
    if held is None:
        raise AttributeError(f"no {name} in {owner}")
    wrap = {classmethod: classmethod, staticmethod: staticmethod}.get(type(held), lambda function: function)
    with mock.patch.object(owner, name, wrap(replacement)):
        yield getattr(held, "__func__", held)
