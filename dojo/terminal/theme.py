"""Colours that can be read on black and on white."""

CODE = "ansi_light"
"""The theme of program texts: the terminal's own colours."""
