"""``dojo bench``: durations as ratios, measured in one run, since absolute ones say more of the machine than of us."""
