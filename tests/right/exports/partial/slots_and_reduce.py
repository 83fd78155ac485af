"""Slots instead of a dict, __new__ instead of __init__, and a __reduce__ that tells pickle how to build it again."""


def _again(cls, func, args, keywords):
    return cls(func, *args, **keywords)


class partial:
    __slots__ = ("func", "args", "keywords")

    def __new__(cls, func, /, *args, **keywords):
        if not callable(func):
            raise TypeError("func must be callable")
        while isinstance(func, cls):
            args = func.args + args
            keywords = dict(func.keywords, **keywords)
            func = func.func
        made = object.__new__(cls)
        made.func, made.args, made.keywords = func, args, keywords
        return made

    def __call__(self, /, *more, **changed):
        merged = self.keywords.copy()
        merged.update(changed)
        return self.func(*self.args, *more, **merged)

    def __reduce__(self):
        return _again, (type(self), self.func, self.args, self.keywords)

    def __repr__(self):
        shown = [f"{self.func!r}"]
        for value in self.args:
            shown.append(f"{value!r}")
        for key in self.keywords:
            shown.append(f"{key}={self.keywords[key]!r}")
        return "functools.partial(" + ", ".join(shown) + ")"
