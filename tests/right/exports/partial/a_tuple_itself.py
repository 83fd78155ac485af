"""A subclass of tuple that holds function, arguments and keywords; nested partials are unpacked by recursion."""

import operator


def flat(func, args, keywords):
    if type(func) is partial:
        return flat(func[0], (*func[1], *args), {**func[2], **keywords})
    return func, tuple(args), dict(keywords)


class partial(tuple):
    __slots__ = ()

    def __new__(*given, **keywords):
        if len(given) < 2 or not callable(given[1]):
            raise TypeError("a callable is wanted in the first place")
        cls, func, *args = given
        return tuple.__new__(cls, flat(func, args, keywords))

    func = property(operator.itemgetter(0))
    args = property(operator.itemgetter(1))
    keywords = property(operator.itemgetter(2))

    def __call__(*given, **keywords):
        func, args, first = given[0]
        return func(*args, *given[1:], **dict([*first.items(), *keywords.items()]))

    def __reduce__(self):
        return restored, tuple(self)

    def __repr__(self):
        func, args, keywords = self
        return f"katas.partial({', '.join([repr(each) for each in (func, *args)] + [f'{k}={v!r}' for k, v in keywords.items()])})"


def restored(func, args, keywords):
    return partial(func, *args, **keywords)
