"""Without positional-only parameters: all positional arguments come in one tuple, and ``self`` is taken from it."""


class partial:
    def __init__(*arguments, **keywords):
        self, *arguments = arguments
        if not arguments:
            raise TypeError("partial needs a function")
        func, *args = arguments
        if not callable(func):
            raise TypeError(f"{func!r} is not callable")
        self.keywords = {}
        if type(func) is partial:
            self.keywords.update(func.keywords)
            args = list(func.args) + args
            func = func.func
        self.keywords.update(keywords)
        self.func = func
        self.args = tuple(args)

    def __call__(*arguments, **keywords):
        self = arguments[0]
        return self.func(*(self.args + arguments[1:]), **(self.keywords | keywords))

    def __getstate__(self):
        return [self.func, self.args, self.keywords]

    def __setstate__(self, state):
        self.func, self.args, self.keywords = state

    def __repr__(self):
        args = "".join(", " + repr(each) for each in self.args)
        keywords = "".join(", " + key + "=" + repr(value) for key, value in self.keywords.items())
        return "partial(" + repr(self.func) + args + keywords + ")"
