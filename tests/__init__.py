"""The properties of the katas, their strategies and probes, and the tests of the engine."""
