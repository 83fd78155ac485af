"""Reference solutions of the topic ``memory``; its introduction is in ``katas/memory/__init__.py``."""
