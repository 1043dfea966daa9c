"""The data dictionary: what every table, view and column of the published file means, as COMMENTs made from the declarations.

Refuses nothing and decides nothing: it only says what was declared. Text is quoted as SQL literals, whatever it holds.
"""

from __future__ import annotations

from collections.abc import Iterator

from warehouse.table import PROVENANCE_MEANING, DatasetTable, identifier, literal

KNOWN_FROM = "From when this row counts as known, UTC."
KNOWN_UNTIL = "Until when it counted as known: a newer vintage replaced its period then, UTC. NULL for rows in force."


def meanings(table: DatasetTable) -> dict[str, str]:
    """What each column of a landed row means, its unit with it."""
    declared = {
        column.name: f"{column.meaning.rstrip('.')}." + (f" Unit: {column.unit}." if column.unit else "") for column in table.columns
    }
    return {**declared, **PROVENANCE_MEANING}


def table_comment(table: DatasetTable, held_since: str = "") -> str:
    """What a table is, why it is kept, where it comes from, under which licence, and what to bear in mind."""
    sentences = [
        f"{table.title.rstrip('.')}.",
        f"{table.why.strip().rstrip('.')}." if table.why else "",
        f"One row per {', '.join(table.grain)}.",
        f"Source: {table.source}." if table.source else "",
        *[f"Caveat: {caveat.strip().rstrip('.')}." for caveat in table.caveats],
        f"Held since {held_since}: newer data is waiting for a decision, these are the last good rows." if held_since else "",
        f"Licence: {table.licence}. {table.attribution}",
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def comments(table: DatasetTable, held_since: str = "") -> Iterator[str]:
    """The COMMENT statements for a dataset's current table, its superseded rows, and the views of its vintages and revisions."""
    current, vintages, superseded = name_of(table), name_of(table, "_vintages"), history_of(table)
    what = table_comment(table, held_since)
    means = meanings(table)
    validity = {"known_from": KNOWN_FROM, "known_until": KNOWN_UNTIL}
    yield from _comment("table", current, what, means)
    yield from _comment(
        "view", vintages, f"All vintages of {table.id}: each row with the time in which it was known. {what}", {**means, **validity}
    )
    yield from _comment("table", superseded, f"Rows of {table.id} that newer vintages have replaced. {what}", {**means, **validity})


def revision_comments(table: DatasetTable) -> Iterator[str]:
    """The COMMENT statements for the view of a dataset's revisions."""
    own = {
        "value_before": "The value before the revision.",
        "value_after": "The value after it.",
        "moved": "By how much it moved: after less before.",
        "status_before": "The status before the revision.",
        "status_after": "The status after it.",
        "vintage_before": "The vintage that was replaced (meta.vintages).",
        "vintage_after": "The vintage that replaced it (meta.vintages).",
        "revised_at": "When the new value counted as known, UTC.",
    }
    grain = {name: meaning for name, meaning in meanings(table).items() if name in table.grain}
    what = f"Figures of {table.id} that a newer vintage changed, came to suppress or filled in: one row per figure and revision."
    yield from _comment("view", name_of(table, "_revisions"), what, {**grain, **own})


def name_of(table: DatasetTable, suffix: str = "") -> str:
    """The SQL name of a dataset's table or of a view beside it."""
    return f"{identifier(table.publisher)}.{identifier(table.name + suffix)}"


def history_of(table: DatasetTable) -> str:
    """The SQL name of the table of superseded rows. One schema for all, so that a publisher's schema lists only what analysts use."""
    return f"history.{identifier(table.id)}"


def _comment(kind: str, name: str, what: str, columns: dict[str, str]) -> Iterator[str]:
    yield f"comment on {kind} {name} is {literal(what)}"
    for column, meaning in columns.items():
        yield f"comment on column {name}.{identifier(column)} is {literal(meaning)}"
