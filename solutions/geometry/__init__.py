"""Reference solutions of ``geometry``; its introduction is in ``katas/geometry/__init__.py``."""
