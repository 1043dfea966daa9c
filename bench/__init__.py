"""The bench: our whole pipeline against the limit of the machine and against the way one would write it by hand, in one run, as ratios."""
