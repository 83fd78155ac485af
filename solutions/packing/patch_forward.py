"""Swap a method for a while.

A library gives you a model whose ``forward`` computes on padded batches. You want it to run on
packed ones, and you can't edit the library. So you put another function in the place of the method,
run the model, and put the method back. The function is set on the class. There it holds for all
instances, those made before too, and for subclasses that inherit the method.

    with patch(Model, "forward", packed_forward) as original:
        model(batch)          # runs packed_forward(model, batch)
    model(batch)              # runs Model.forward(model, batch) again

Afterwards all must be as it was, however the block was left. That is more than the same behaviour.
If ``Child`` inherits ``run`` from ``Base``, it holds no ``run`` of its own:

                                  "run" in vars(Child)   vars(Base)["run"]
    before                        False                  Base's own
    in patch(Child, "run", f)     True                   Base's own
    afterwards                    False                  Base's own

The trap: what ``getattr`` gives you is not always what the class holds. A class method comes out
bound to its class, a static method comes out as a plain function, and an inherited one comes out as
if the class held it.

Level: 2
Needs: -
Source: Python's "Descriptor Guide"; unittest.mock.patch.object
Time: O(1), besides the search through the base classes
Space: O(1)
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager as ContextManager
from contextlib import contextmanager


def patch(owner: type, name: str, replacement: Callable) -> ContextManager[Callable]:
    """A context manager that puts ``replacement`` in the place of a method while its block runs.

    The call itself changes nothing. On entering the block, ``name`` is looked up on ``owner`` as
    it is at that moment. On leaving the block, ``owner`` holds again what it held on entering: the
    very same object, or nothing where the method was inherited. So it is after an exception too, of any
    type, and the exception goes on. Blocks may be nested in each other, on the same method too;
    the manager of one call is entered once.

    Args:
        owner: the class; only its own attribute ``name`` is changed, never a base class.
        name: of a method, class method or static method, its own or inherited; ``__call__`` and
            the like too.
        replacement: a function. It takes ``self`` in the place of a method, ``cls`` (the class that
            it is called on, as always) in that of a class method, neither in that of a static one.

    Returns:
        The context manager. Entering it gives the original, to be called as the replacement is:
        ``original(self, ...)``, ``original(cls, ...)`` or ``original(...)``.

    Raises:
        AttributeError: neither ``owner`` nor a base class has the attribute: raised by the call, or
            on entering.

    Example:
        >>> class Model:
        ...     def forward(self, x):
        ...         return x + 1
        >>> model = Model()
        >>> with patch(Model, "forward", lambda self, x: -old(self, x)) as old:
        ...     model.forward(1)
        -2
        >>> model.forward(1)
        2
    """
    return _patched(owner, name, replacement)


@contextmanager
def _patched(owner: type, name: str, replacement: Callable) -> Iterator[Callable]:
    # hint: A class looks for an attribute in its own namespace, then in those of its base classes, in the order of
    # __mro__. vars(cls)[name] is what one of them really holds.
    for each in owner.__mro__:
        if name in vars(each):
            held = vars(each)[name]
            break
    else:
        raise AttributeError(f"{owner.__name__} has no attribute {name!r}, and no base class has it")
    # hint: A classmethod or staticmethod object wraps the function and keeps it as __func__. Of which kind must the
    # new one be?
    kind = type(held) if isinstance(held, classmethod | staticmethod) else None
    # hint: Three things must be known for the way back: whether the class itself held the attribute, what it held,
    # and that the way back is taken whatever the block does.
    own = name in vars(owner)
    setattr(owner, name, kind(replacement) if kind else replacement)
    try:
        yield held.__func__ if kind else held
    finally:
        if own:
            setattr(owner, name, held)
        else:
            delattr(owner, name)
