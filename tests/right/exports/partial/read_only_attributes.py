"""Properties over private names, and a function inside that is made anew for each call."""


class partial:
    def __init__(self, func, /, *args, **keywords):
        if callable(func) is False:
            raise TypeError("not callable: " + repr(func))
        before = (func._func, func._args, func._keywords) if isinstance(func, partial) else (func, (), {})
        self._func = before[0]
        self._args = before[1] + args
        self._keywords = dict(before[2])
        for key, value in keywords.items():
            self._keywords[key] = value

    @property
    def func(self):
        return self._func

    @property
    def args(self):
        return self._args

    @property
    def keywords(self):
        return self._keywords

    def __call__(self, /, *args, **keywords):
        def later():
            given = dict(self._keywords)
            for key in keywords:
                given[key] = keywords[key]
            return self._func(*self._args, *args, **given)

        return later()

    def __repr__(self):
        inside = [self._func, *self._args]
        text = ", ".join(map(repr, inside))
        for item in self._keywords.items():
            text += ", {}={!r}".format(*item)
        return f"{type(self).__module__}.{type(self).__qualname__}({text})"
