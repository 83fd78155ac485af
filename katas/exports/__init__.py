"""Exports: how a library gives its functions the names that users see.

A large library does not show its files. A function may be written in ``ops/nn_ops.py`` and be used
as ``nn.relu``; an old name may stay valid for years beside a new one; a second product may show the
same function under names of its own. A decorator above each function says all of that in one line,
and tools read it: they write the modules that users import, the documentation, and the list of
names that a release must not lose.

The code is short, and its bugs are quiet. A subclass seems exported because its parent is. An empty
list is taken for no list. An error comes between two changes, and one of them stays. So the
properties run small random programs of exports and lookups, and say the shortest program that goes
wrong.

The katas hang together: ``partial`` fixes the arguments that a whole package shares, ``api_export``
is the decorator itself, and ``export_constant`` does the same for values that can't be decorated.

Read before you start:

- Python's documentation of ``functools.partial``
- Python's reference, section "Function definitions", on decorators and on positional-only
parameters - TensorFlow, ``tensorflow/python/util/tf_export.py``: the decorator in a library with
thousands of names
"""
