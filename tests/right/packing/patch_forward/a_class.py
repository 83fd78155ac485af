"""A context manager as a class, with inspect.getattr_static for the look-up and a sentinel for what was not there."""

import inspect

ABSENT = object()


class patch:
    def __init__(self, owner, name, replacement):
        self.owner, self.name, self.replacement = owner, name, replacement

    def __enter__(self):
        for cls in self.owner.mro():
            if self.name in cls.__dict__:
                found = cls.__dict__[self.name]
                break
        else:
            raise AttributeError(self.name)
        assert found is inspect.getattr_static(self.owner, self.name)
        self.before = self.owner.__dict__.get(self.name, ABSENT)
        if isinstance(found, (classmethod, staticmethod)):
            setattr(self.owner, self.name, type(found)(self.replacement))
            return found.__func__
        setattr(self.owner, self.name, self.replacement)
        return found

    def __exit__(self, kind, error, traceback):
        if self.before is ABSENT:
            delattr(self.owner, self.name)
        else:
            setattr(self.owner, self.name, self.before)
        return False
