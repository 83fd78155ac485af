"""Running an answer in a process of its own: only plain data goes in and comes out."""
