"""What must be refused: one call that says which error is expected, and checks that nothing was changed before it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from dojo.errors import AnswerFailure
from dojo.grading.literal import same, shown


def refuses(
    function: Callable[..., Any],
    *arguments: Any,
    error: type[Exception] | tuple[type[Exception], ...] = ValueError,
    **keywords: Any,
) -> None:
    """Fail unless a call raises the error and leaves its arguments as they were.

    Args:
        function: of the kata, or ``kata.run`` with a probe as the first argument.
        *arguments: what it is called with.
        error: the type that must be raised, or several of which one must be.
        **keywords: what it is called with by name.

    Example:
        >>> refuses(int, "x")
        >>> refuses(int, "1")
        Traceback (most recent call last):
        AssertionError: int('1') must raise ValueError, it returned 1

    Raises:
        AssertionError: it says which call with which arguments, and what happened instead.
    """
    __tracebackhide__ = True
    before = copy.deepcopy((arguments, keywords))
    call = _told(function, *before)
    wanted = " or ".join(kind.__name__ for kind in (error if isinstance(error, tuple) else (error,)))
    try:
        result = function(*arguments, **keywords)
    except (NotImplementedError, AnswerFailure):  # of a stub; also where a RuntimeError is asked for, which it is, too
        raise
    except error:
        pass
    except Exception as raised:
        raise AssertionError(f"{call} must raise {wanted}, it raised {type(raised).__name__}: {raised}") from raised
    else:
        raise AssertionError(f"{call} must raise {wanted}, it returned {shown(result)}")
    for old, new in zip((*before[0], *before[1].values()), (*arguments, *keywords.values()), strict=True):
        assert callable(old) or same(old, new), f"{call} raised {wanted}, but had changed {shown(old)} to {shown(new)}"


def _told(function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]) -> str:
    if arguments and callable(arguments[0]):  # kata.run(probe, ...)
        function, *arguments = arguments
    name = getattr(function, "__name__", str(function))
    listed = [shown(value) for value in arguments] + [f"{key}={shown(value)}" for key, value in keywords.items()]
    return f"{name}({', '.join(listed)})"
