"""The engine behind the katas: catalogue, stubs, bindings, meters, grading and practice."""

__version__ = "0.1.0"
