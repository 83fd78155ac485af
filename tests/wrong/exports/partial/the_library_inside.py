"""Keeps the library's partial inside, and copies its attributes.

caught_by: test_what_is_not_callable_and_the_partial_of_the_library_are_refused
"""

import functools


class partial:
    def __init__(self, func, /, *args, **keywords):
        self._inner = functools.partial(func._inner if isinstance(func, partial) else func, *args, **keywords)

    func = property(lambda self: self._inner.func)
    args = property(lambda self: self._inner.args)
    keywords = property(lambda self: self._inner.keywords)

    def __call__(self, /, *args, **keywords):
        return self._inner(*args, **keywords)

    def __repr__(self):
        return repr(self._inner).replace("functools.partial", "partial", 1)

    def __reduce__(self):
        return _restored, (self._inner.func, self._inner.args, self._inner.keywords)


def _restored(func, args, keywords):
    return partial(func, *args, **keywords)
