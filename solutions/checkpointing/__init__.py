"""Reference solutions of the topic ``checkpointing``; its introduction is in ``katas/checkpointing/__init__.py``."""
