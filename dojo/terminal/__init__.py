"""All that is drawn in a terminal for a learner."""
