"""Loads the dojo's pytest plugin; everything else is there."""

pytest_plugins = ["dojo.pytest_plugin"]
