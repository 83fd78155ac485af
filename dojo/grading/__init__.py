"""From an answer's text to a verdict: properties, the grader, counterexamples."""
