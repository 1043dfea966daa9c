"""The command line: `evidence`. One module a command; each imports what it needs when it runs, so that help and status start at once."""
