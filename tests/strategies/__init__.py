"""Hypothesis strategies that more than one test uses, a module per domain."""
