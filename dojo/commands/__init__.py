"""The commands: each parses its arguments, calls what is below, and prints."""
