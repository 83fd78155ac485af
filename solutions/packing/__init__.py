"""Reference solutions of the topic ``packing``; its introduction is in ``katas/packing/__init__.py``."""
