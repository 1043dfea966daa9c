"""The rows of the schema `meta`: the pipeline's own state, as analysts query it.

Gathers what others wrote (declarations, pointers, manifests, run records, holds) and judges none of it. The DDL is in `warehouse/meta/`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from warehouse.dictionary import meanings
from warehouse.home import PROJECT
from warehouse.lake import Vintage
from warehouse.table import DatasetTable, identifier, literal

DDL = PROJECT / "warehouse" / "meta"
Row = Mapping[str, Any]


def ddl_files() -> list[Path]:
    """The definitions of the tables of `meta`, one a file."""
    return sorted(DDL.glob("*.sql"))


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the empty tables of `meta` in the database in use."""
    connection.execute("create schema if not exists meta")
    for path in ddl_files():
        connection.execute(path.read_text(encoding="utf-8"))


def insert(connection: duckdb.DuckDBPyConnection, name: str, rows: Iterable[Row]) -> None:
    """Insert rows (column name -> JSON value) into `meta.<name>`; a column that a row lacks is NULL. The text of a value is cast, never run."""
    listed = list(rows)
    if not listed:
        return
    table = f"meta.{identifier(name)}"
    types = {row[0]: row[1] for row in connection.execute(f"describe {table}").fetchall()}
    unknown = {key for row in listed for key in row} - set(types)
    if unknown:
        raise KeyError(f"{table} has no columns {sorted(unknown)}")
    connection.execute(f"insert into {table} {values(listed, types)}")


def values(rows: Sequence[Row], types: Mapping[str, str]) -> str:
    """SELECT of rows given as JSON values, in these columns and types.

    A literal and no parameter: the first parameter that DuckDB's Python client is given makes it import pandas, which takes a second.
    """
    columns = [
        f"from_json(one -> {literal(name)}, '[\"varchar\"]')::{kind} as {identifier(name)}"
        if kind.endswith("[]")
        else f"cast(one ->> {literal(name)} as {kind}) as {identifier(name)}"
        for name, kind in types.items()
    ]
    return f"select {', '.join(columns)} from (select unnest(from_json({literal(_json(list(rows)))}, '[\"json\"]')) as one)"


def dataset_row(table: DatasetTable, listed: Sequence[Vintage], rows: int | None, held_since: str | None, kept_because: str | None) -> Row:
    """The row of `meta.datasets`."""
    newest = listed[-1] if listed else None
    return {
        "dataset": table.id,
        "title": table.title,
        "why": table.why or None,
        "owner": table.owner or None,
        "licence": table.licence,
        "attribution": table.attribution,
        "source": table.source or None,
        "caveats": "\n".join(table.caveats) or None,
        "grain": ", ".join(table.grain),
        "delivery": table.delivery,
        "period_column": table.period,
        "rows": rows,
        "vintages": len(listed),
        "vintage": newest.id if newest else None,
        "snapshot_id": newest.snapshot if newest else None,
        "release": (newest.release or None) if newest else None,
        "known_from": newest.known_from if newest else None,
        "landed_at": newest.landed_at if newest else None,
        "last_seen": max(vintage.last_seen for vintage in listed) if listed else None,
        "held_since": held_since,
        "kept_because": kept_because,
    }


def column_rows(table: DatasetTable) -> list[Row]:
    """The rows of `meta.columns` for one dataset."""
    units = {column.name: column.unit for column in table.columns}
    declared = {column.name: column.meaning for column in table.columns}
    means = meanings(table)
    return [
        {
            "dataset": table.id,
            "position": position,
            "column_name": name,
            "type": kind,
            "unit": units.get(name) or None,
            "meaning": declared.get(name, means[name]),
            "in_grain": name in table.grain,
        }
        for position, (name, kind) in enumerate(table.types.items(), 1)
    ]


def vintage_rows(listed: Sequence[Vintage], current: Mapping[str, int]) -> list[Row]:
    """The rows of `meta.vintages` for one dataset; `current` says how many rows of each are in force."""
    return [
        {
            "dataset": vintage.dataset,
            "vintage": vintage.id,
            "snapshot_id": vintage.snapshot,
            "release": vintage.release or None,
            "known_from": vintage.known_from,
            "landed_at": vintage.landed_at,
            "last_seen": vintage.last_seen,
            "run": vintage.run,
            "rows": vintage.rows,
            "current_rows": current.get(vintage.id, 0),
            "content": vintage.content,
            "contract": vintage.contract or None,
            "tidy_sql": vintage.tidy or None,
        }
        for vintage in listed
    ]


def snapshot_row(manifest: Row, held: bool) -> Row:
    """The row of `meta.snapshots` of a manifest."""
    return {
        "dataset": manifest["dataset"],
        "snapshot_id": manifest["id"],
        "origin": manifest.get("origin", "live"),
        "release": manifest["release"] or None,
        "fetched_at": manifest["fetched_at"] or None,
        "run": manifest["run"],
        "parts": len(manifest["parts"]),
        "bytes": sum(part["size"] for part in manifest["parts"]),
        "held": held,
        "warnings": "\n".join(manifest["warnings"]) or None,
    }


def part_rows(manifest: Row) -> list[Row]:
    """The rows of `meta.parts` of a manifest."""
    return [
        {
            "dataset": manifest["dataset"],
            "snapshot_id": manifest["id"],
            "part": part["name"],
            "sha256": part["sha256"],
            "bytes": part["size"],
            "url": part["url"],
            "final_url": part["final_url"] or part["url"],
            "http_status": part["status"],
            "fetched_at": part["fetched_at"] or None,
            "media_type": part["media_type"] or None,
            "labels": _json(part["labels"]) if part["labels"] else None,
        }
        for part in manifest["parts"]
    ]


def run_row(record: Row) -> Row:
    """The row of `meta.runs` of a run record in its JSON form."""
    statuses = [outcome["status"] for outcome in record["outcomes"]]
    return {
        **{name: record[name] for name in ("run", "origin", "engine")},
        "started": record["started"] or None,
        "finished": record["finished"] or None,
        "datasets": len(record["datasets"]),
        **{status: statuses.count(status) for status in ("landed", "unchanged", "held", "failed")},
    }


def outcome_row(run: str, outcome: Row) -> Row:
    """The row of `meta.outcomes` of one dataset of a run."""
    error = outcome["error"] or {}
    return {
        "run": run,
        **{name: outcome[name] for name in ("dataset", "status", "rows", "vintage")},
        "snapshot_id": outcome["snapshot"],
        "error_code": error.get("code"),
        "error": error.get("found"),
        "seconds": sum(outcome["steps"].values()),
    }


def check_rows(run: str, outcome: Row) -> list[Row]:
    """The rows of `meta.checks` of one dataset of a run. `checks` is the JSON form of a suite result."""
    return [
        {
            "run": run,
            "dataset": outcome["dataset"],
            "position": position,
            "rule": result.get("name"),
            "sentence": result.get("sentence"),
            "severity": result.get("severity"),
            "success": result.get("success"),
            "detail": _json(result),
        }
        for position, result in enumerate(outcome["checks"].get("results", ()), 1)
    ]


def change_rows(run: str, outcome: Row) -> list[Row]:
    """The rows of `meta.changes` of one dataset of a run."""
    return [
        {
            "run": run,
            "dataset": outcome["dataset"],
            "position": position,
            "change_id": change.get("id"),
            "kind": change.get("kind"),
            "severity": change.get("severity"),
            "what": change.get("what"),
            "column_name": change.get("column"),
            "detail": _json({name: change.get(name) for name in ("before", "after", "evidence")}),
        }
        for position, change in enumerate(outcome["changes"], 1)
    ]


def hold_row(hold: Row) -> Row:
    """The row of `meta.holds`."""
    changes = list(hold["changes"])
    return {
        "dataset": hold["dataset"],
        "snapshot_id": hold["snapshot"],
        "since": hold["since"],
        "run": hold["run"],
        "changes": len(changes),
        "detail": _json(changes),
    }


def forgotten_row(tombstone: Row) -> Row:
    """The row of `meta.forgotten`."""
    return {
        "dataset": tombstone["dataset"],
        "snapshot_id": tombstone["snapshot"],
        "forgotten_at": tombstone["forgotten_at"],
        "person": tombstone["person"],
        "reason": tombstone["reason"],
        "vintages": len(tombstone["vintages"]),
        "parts": len(tombstone["parts"]),
        "detail": _json(tombstone["parts"]),
    }


def licence_rows(tables: Iterable[DatasetTable]) -> list[Row]:
    """The rows of `meta.licences`."""
    under: dict[tuple[str, str], list[str]] = {}
    for table in tables:
        under.setdefault((table.licence, table.attribution), []).append(table.id)
    return [
        {"licence": licence, "attribution": attribution, "datasets": sorted(ids)} for (licence, attribution), ids in sorted(under.items())
    ]


def known_error_rows(table: DatasetTable) -> list[Row]:
    """The rows of `meta.known_errors` of one dataset."""
    return [
        {"dataset": table.id, "position": position, "what": what, "until": until}
        for position, (what, until) in enumerate(table.known_errors, 1)
    ]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
