"""What can be wrong with data between grader and answer."""

from __future__ import annotations


class NotPlainError(Exception):
    """A value is not plain data, or nested too deep, or too large. The text says which value."""
