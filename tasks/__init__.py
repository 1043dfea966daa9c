"""The steps from a publisher's service to a landed table, one idea a module, none of which knows Prefect."""
