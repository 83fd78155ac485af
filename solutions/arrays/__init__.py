"""Reference solutions of the topic ``arrays``; its introduction is in ``katas/arrays/__init__.py``."""
