"""Reference solutions of the topic ``nn``; its introduction is in ``katas/nn/__init__.py``."""
