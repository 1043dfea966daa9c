"""When, on what schedule and how often to retry: Prefect flows and deployments, and the command line."""
