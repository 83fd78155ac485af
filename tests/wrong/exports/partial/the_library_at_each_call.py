"""Hands each call over to the library's partial.

caught_by: test_what_is_not_callable_and_the_partial_of_the_library_are_refused
"""

import functools


class partial:
    def __init__(self, func, /, *args, **keywords):
        if not callable(func):
            raise TypeError(f"not callable: {func!r}")
        if isinstance(func, partial):
            func, args, keywords = func.func, (*func.args, *args), {**func.keywords, **keywords}
        self.func, self.args, self.keywords = func, args, keywords

    def __call__(self, /, *args, **keywords):
        return functools.partial(self.func, *self.args, **self.keywords)(*args, **keywords)

    def __repr__(self):
        parts = [repr(self.func), *map(repr, self.args), *(f"{k}={v!r}" for k, v in self.keywords.items())]
        return f"partial({', '.join(parts)})"
