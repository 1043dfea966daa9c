"""Everything we expect of a dataset: declarations, contracts, the types of shape and change, the coded errors, the rules."""
