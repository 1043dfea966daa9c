"""The short forms in which a declaration may write its raw columns: a list of names, a name over its headers, or all that can be said of one.

Refuses an item of a list that is neither, and a name that stands twice.
"""

from __future__ import annotations

from typing import Any


def listed_columns(columns: list[Any]) -> dict[str, Any]:
    """The columns of a list: a name, or a name over its headers. Raises ValueError for an item that is neither, and a name that stands twice."""
    listed: dict[str, Any] = {}
    for item in columns:
        named = item.items() if isinstance(item, dict) and len(item) == 1 else [(item, item)]
        for name, given in named:
            if not isinstance(name, str):
                raise ValueError(f"{item!r} is no column: write its name, or `name: [headers]`")
            if name in listed:
                raise ValueError(f"column {name!r} stands twice")
            listed[name] = given
    return listed


def raw_column(name: str, given: Any) -> Any:
    """What is said of one column, whole: a header, a list of headers, or `{optional: true}` alone."""
    if given is None:
        return {"headers": [name]}
    if isinstance(given, str):
        return {"headers": [given]}
    if isinstance(given, list):
        return {"headers": given}
    if isinstance(given, dict):
        return {"headers": [name], **given}
    return given
