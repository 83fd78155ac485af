"""Reference solutions of the topic ``attention``; its introduction is in ``katas/attention/__init__.py``."""
