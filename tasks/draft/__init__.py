"""A first draft of a dataset from an address or a file: fetch once, look, propose the declaration and the tidy SQL.

Refuses to write over what is there, and to propose what does not hold of what came: the SELECT has been run and the grain counted.
"""

from tasks.draft.draft import Draft, Wanted, draft, write

__all__ = ["Draft", "Wanted", "draft", "write"]
