"""What a learner did and what comes next: the journal of attempts, and the files that hold answers."""
