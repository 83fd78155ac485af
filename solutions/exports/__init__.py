"""Reference solutions of the topic ``exports``; its introduction is in ``katas/exports/__init__.py``."""
