"""Reference figures that the code reads: authorities, the codes that each vintage of areas had, the official lookups between vintages."""
