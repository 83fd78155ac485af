"""Reference solutions of the topic ``autograd``; its introduction is in ``katas/autograd/__init__.py``."""
