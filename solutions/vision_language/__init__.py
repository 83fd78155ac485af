"""Reference solutions of the topic ``vision_language``, introduced in ``katas/vision_language/__init__.py``."""
