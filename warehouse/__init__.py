"""Where data lands: the layout of the home, tidy SQL, the published DuckDB file."""
