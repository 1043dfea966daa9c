"""mart.revisions: what publishers changed of figures that had been landed, over all datasets, in one table.

A table and no view: it is the union of the view `<dataset>_revisions` of every dataset, and to bind fifty views takes a tenth of a second and more
each time that someone asks. Refuses nothing: a dataset whose rows cannot be
followed over vintages (no status, no lasting key) has no such view, and is not in it.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb

from warehouse.table import identifier, literal

_SUFFIX = "_revisions"
_APART = ("area_code", "period", "measure")  # columns of the key that stand by themselves
_OWN = ("value_before", "value_after", "moved", "status_before", "status_after", "vintage_before", "vintage_after", "revised_at")
_COLUMNS: Mapping[str, tuple[str, str]] = {
    # column -> (type, meaning)
    "dataset": ("varchar", "The dataset (meta.datasets)."),
    "key": (
        "varchar",
        "The rest of the row's key, as 'education_phase: Total; sex: Female'; empty where area, period and measure are all of it.",
    ),
    "area_code": ("varchar", "GSS code of the area; NULL where the dataset has none."),
    "period": ("varchar", "The period as the publisher names it; NULL where the dataset has none."),
    "measure": ("varchar", "What is measured; NULL where the dataset has one measure."),
    "value_before": (
        "double",
        "The value before the revision. NULL also where the publisher has suppressed the figure since: it is withheld.",
    ),
    "value_after": ("double", "The value after it."),
    "moved": ("double", "By how much it moved: after less before."),
    "share_moved": ("double", "The same as a share of the value before, 0.1 for a tenth; NULL where that was zero or is not known."),
    "status_before": ("varchar", "The status before the revision."),
    "status_after": ("varchar", "The status after it."),
    "vintage_before": ("varchar", "The vintage that was replaced (meta.vintages)."),
    "vintage_after": ("varchar", "The vintage that replaced it (meta.vintages)."),
    "revised_at": ("timestamp", "When the new value counted as known, UTC."),
}
_WHAT = (
    "Every figure of every dataset that a newer vintage changed, came to suppress or filled in: one row per figure and revision. "
    "Example: from mart.revisions where dataset = 'ons.population' order by abs(share_moved) desc."
)


def make(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table in the database in use, in which the datasets' own views are."""
    found = connection.execute(
        f"""select schema_name, table_name, list(column_name order by column_index) from duckdb_columns()
            where database_name = current_database() and schema_name not in ('mart', 'meta', 'history') and ends_with(table_name, {literal(_SUFFIX)})
            group by all order by all"""
    ).fetchall()
    selects = [_select(schema, view, columns) for schema, view, columns in found] or [_nothing()]
    connection.execute(f"create table mart.revisions as select * from ({' union all '.join(selects)}) order by dataset, revised_at")
    connection.execute(f"comment on table mart.revisions is {literal(_WHAT)}")
    for name, (_, meaning) in _COLUMNS.items():
        connection.execute(f"comment on column mart.revisions.{identifier(name)} is {literal(meaning)}")


def _select(schema: str, view: str, columns: list[str]) -> str:
    rest = [name for name in columns if name not in (*_OWN, *_APART)]
    named = ", ".join(f"{literal(f'{name}: ')} || {identifier(name)}::varchar" for name in rest)
    made = {
        "dataset": literal(f"{schema}.{view.removesuffix(_SUFFIX)}"),
        "key": f"concat_ws('; ', {named})" if rest else "''",
        "share_moved": "moved / nullif(abs(value_before), 0)",
    }
    chosen = [
        f"({made.get(name) or (identifier(name) if name in columns else 'null')})::{kind} as {identifier(name)}"
        for name, (kind, _) in _COLUMNS.items()
    ]
    return f"select {', '.join(chosen)} from {identifier(schema)}.{identifier(view)}"


def _nothing() -> str:
    return f"select {', '.join(f'null::{kind} as {identifier(name)}' for name, (kind, _) in _COLUMNS.items())} where false"
