"""Reference solutions of the topic ``distributed``; its introduction is in ``katas/distributed/__init__.py``."""
