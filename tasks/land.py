"""Land a tidy table: one vintage of Parquet, whole or not at all, and then the pointer that makes it count.

Refuses a table that is not the declared one, and a file that does not read back as it was written. Content that is in force already is not written
again. A process killed at any instant leaves the lake as it was or as it should be: folders are renamed whole, the pointer is replaced last, and what
a dead process left is swept by the next landing of that dataset.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from expectations.errors import EvidenceError
from tasks.atomic import aside, flush, move_into_place, replace_json, sweep
from tasks.locks import lock
from tasks.snapshot import Snapshot
from tasks.sorted_copy import sorted_rows
from warehouse.home import Home
from warehouse.lake import LakeFile, Vintage, in_force, pointer, vintages
from warehouse.table import DatasetTable, identifier, literal

ROW_GROUP = 122_880  # DuckDB's own: rows that one thread reads at a time
_GIVEN = ("snapshot_id", "vintage")  # written by the landing itself
_Connection = duckdb.DuckDBPyConnection


def land(
    connection: _Connection,
    table: str,
    dataset: DatasetTable,
    snapshot: Snapshot,
    home: Home,
    run: str,
    content: str,
    known_from: datetime | None = None,
) -> Vintage:
    """Land `table` (one row per grain: the declared columns, `source_part`, `source_row`) as a vintage of `dataset`.

    `content` is the fingerprint of the values that arrived. `known_from` (aware) places a backfill among the vintages by its release date; default:
    now. The vintage returned has `new` False where the same content, tidied the same way, was in force already: then only `last_seen` moves.
    Raises `land.not_as_declared`, `land.not_written`, `lake.damaged`, `lock.busy`.
    """
    _hold_to_declaration(connection, table, dataset)
    with lock(home, dataset.id, f"landing {dataset.id}"):
        existing = vintages(home, dataset.id)
        _sweep(home, dataset.id, existing)
        landed_at = _now_after(existing)
        known = _text(known_from) if known_from else landed_at
        if known > landed_at:
            raise ValueError(f"known_from {known} lies in the future")
        same = _already_in_force(existing, dataset, content, known)
        if same:
            # Under the contract of today: else each run would look at the same bytes again.
            return _seen(home, dataset.id, existing, replace(same, contract=dataset.contract), landed_at)
        filled = _filled(connection, f"select * from {identifier(table)}", dataset)
        vintage = Vintage(
            id=_vintage_id(landed_at, snapshot),
            dataset=dataset.id,
            snapshot=snapshot.id,
            content=content,
            known_from=known,
            landed_at=landed_at,
            last_seen=landed_at,
            run=run,
            rows=filled["*"],
            columns=dataset.types,
            files=(),
            periods=_periods(connection, table, dataset),
            release=snapshot.release,
            contract=dataset.contract,
            tidy=dataset.tidy,
            new=True,
        )
        vintage = _write(connection, table, dataset, vintage, home, filled)
        _point(home, dataset.id, (*existing, vintage))
        return vintage


def seen_again(home: Home, dataset: str) -> Vintage | None:
    """Note that the newest vintage's content was delivered again, for a run that needs no landing to know it. None where nothing has landed."""
    with lock(home, dataset, f"seeing {dataset} again"):
        existing = vintages(home, dataset)
        return _seen(home, dataset, existing, existing[-1], _now_after(existing)) if existing else None


def current(home: Home, dataset: str) -> Vintage | None:
    """The newest vintage of a dataset; None where nothing has landed. Raises `lake.damaged`."""
    return next(reversed(vintages(home, dataset)), None)


def withdraw(home: Home, dataset: str, snapshot: str) -> tuple[Vintage, ...]:
    """Take every vintage of a snapshot out of the lake: for what a publisher has withdrawn. Returns those taken out."""
    before = vintages(home, dataset)
    stay = take_out(home, dataset, lambda vintage: vintage.snapshot == snapshot, f"withdrawing {snapshot} of {dataset}")
    return tuple(vintage for vintage in before if vintage not in stay)


def take_out(home: Home, dataset: str, which: Callable[[Vintage], bool], what: str) -> tuple[Vintage, ...]:
    """Take the vintages out of the lake of which `which` says so, pointer first, bytes after. Returns those that stay. Raises `lock.busy`."""
    with lock(home, dataset, what):
        existing = vintages(home, dataset)
        stay = tuple(vintage for vintage in existing if not which(vintage))
        if stay != existing:
            _point(home, dataset, stay)
            _sweep(home, dataset, stay)
        return stay


def _hold_to_declaration(connection: _Connection, table: str, dataset: DatasetTable) -> None:
    found = {row[0]: row[1] for row in connection.execute(f"describe {identifier(table)}").fetchall()}
    expected = {name: kind for name, kind in dataset.types.items() if name not in _GIVEN}
    faults = [f"{name} is missing" for name in expected if name not in found]
    faults += [f"{name} is not declared" for name in found if name not in dataset.types]
    faults += [f"{name} is {found[name]}, declared {kind}" for name, kind in expected.items() if name in found and found[name] != kind]
    if faults:
        raise EvidenceError(
            "land.not_as_declared", where=table, expected="the declared columns and types", found="; ".join(faults), dataset=dataset.id
        )


def _already_in_force(existing: Sequence[Vintage], dataset: DatasetTable, content: str, known: str) -> Vintage | None:
    """The vintage that says the same and that nothing known by then has replaced."""
    by_then = [vintage for vintage in existing if vintage.known_from <= known]
    for index, vintage in reversed(list(enumerate(by_then))):
        same = (vintage.content, vintage.tidy, dict(vintage.columns)) == (content, dataset.tidy, dataset.types)
        if same and in_force(vintage, by_then[index + 1 :], dataset.delivery):
            return vintage
    return None


def _seen(home: Home, dataset: str, existing: Sequence[Vintage], same: Vintage, now: str) -> Vintage:
    seen = replace(same, last_seen=now, new=False)
    _point(home, dataset, [seen if vintage.id == same.id else vintage for vintage in existing])
    return seen


def _write(connection: _Connection, table: str, dataset: DatasetTable, vintage: Vintage, home: Home, filled: Mapping[str, int]) -> Vintage:
    """Write aside, flush, check, rename. Returns the vintage with its files. `filled`: what each column must hold, by `_filled`."""
    target = home.lake(dataset.id) / vintage.id
    target.parent.mkdir(parents=True, exist_ok=True)
    with aside(target) as folder:
        folder.mkdir()
        path = folder / "part-0000.parquet"
        _copy(connection, table, dataset, vintage, path, filled)
        flush(folder)
        _read_back(connection, dataset, path, filled)
        file = LakeFile(name=path.name, bytes=path.stat().st_size, rows=vintage.rows)
        move_into_place(folder, target)
    return replace(vintage, files=(file,))


def _copy(connection: _Connection, table: str, dataset: DatasetTable, vintage: Vintage, path: Path, filled: Mapping[str, int]) -> None:
    given = {"snapshot_id": vintage.snapshot, "vintage": vintage.id}
    order = list(dict.fromkeys([*dataset.grain, "source_part", "source_row"]))  # the last two make the order of equal keys certain
    footer = ", ".join(f"{name}: {literal(text)}" for name, text in _footer(dataset, vintage).items())
    options = f"format parquet, compression zstd, row_group_size {ROW_GROUP}, kv_metadata {{{footer}}}"
    try:
        with sorted_rows(connection, table, dataset.types, given, order, filled) as select:
            connection.execute(f"copy ({select}) to {literal(str(path))} ({options})")
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        raise EvidenceError(
            "land.not_written", where=str(path), expected=f"{vintage.rows:,} rows written", found=str(error), dataset=dataset.id
        ) from error


def _footer(dataset: DatasetTable, vintage: Vintage) -> dict[str, str]:
    """What a Parquet file says of itself when it is all that one has."""
    columns = {column.name: {"type": column.type, "unit": column.unit, "meaning": column.meaning} for column in dataset.columns}
    return {
        "dataset": dataset.id,
        "title": dataset.title,
        "vintage": vintage.id,
        "snapshot_id": vintage.snapshot,
        "release": vintage.release,
        "known_from": vintage.known_from,
        "content": vintage.content,
        "contract": vintage.contract,
        "tidy_sql": vintage.tidy,
        "licence": dataset.licence,
        "attribution": dataset.attribution,
        "grain": ", ".join(dataset.grain),
        "columns": json.dumps(columns, ensure_ascii=False),
    }


def _read_back(connection: _Connection, dataset: DatasetTable, path: Path, filled: Mapping[str, int]) -> None:
    """Open what was written and hold it to the table: types, rows, and the filled cells of each column (which reads every page)."""
    file = f"select * from read_parquet({literal(str(path))}, hive_partitioning = false)"
    try:
        types = {row[0]: row[1] for row in connection.execute(f"describe {file}").fetchall()}
        written = _filled(connection, file, dataset)
    except duckdb.Error as error:
        raise EvidenceError(
            "land.not_written", where=str(path), expected="a readable file", found=str(error), dataset=dataset.id
        ) from error
    if types != dataset.types or written != filled:
        found = f"types {types}" if types != dataset.types else f"counts {written}"
        raise EvidenceError("land.not_written", where=str(path), expected=f"counts {dict(filled)}", found=found, dataset=dataset.id)


def _filled(connection: _Connection, select: str, dataset: DatasetTable) -> dict[str, int]:
    """How many cells of each column are filled, and under `*` how many rows there are; in one pass."""
    names = [name for name in dataset.types if name not in _GIVEN]
    counts = ", ".join(["count(*)", *(f"count({identifier(name)})" for name in names)])
    found = connection.execute(f"select {counts} from ({select})").fetchone() or ()
    return dict(zip(["*", *names], found, strict=True))


def _point(home: Home, dataset: str, listed: Sequence[Vintage]) -> None:
    ordered = sorted(listed, key=lambda vintage: vintage.order)
    replace_json(pointer(home, dataset), {"dataset": dataset, "vintages": [vintage.as_dict() for vintage in ordered]})


def _sweep(home: Home, dataset: str, existing: Sequence[Vintage]) -> None:
    """Remove what killed processes left: folders aside, and folders that no pointer came to name. We hold the lock."""
    folder = home.lake(dataset)
    sweep(folder)
    named = {vintage.id for vintage in existing}
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_dir() and path.name not in named:
            shutil.rmtree(path)


def _periods(connection: _Connection, table: str, dataset: DatasetTable) -> tuple[str | None, ...]:
    if not dataset.period:
        return ()
    column = identifier(dataset.period)
    rows = connection.execute(f"select distinct {column}::varchar from {identifier(table)} order by 1 nulls last").fetchall()
    return tuple(row[0] for row in rows)


def _now_after(existing: Sequence[Vintage]) -> str:
    """Now, but always after the last landing: a clock that is set back must not make the newest vintage an old one."""
    now = datetime.now(UTC)
    last = max((datetime.fromisoformat(time) for vintage in existing for time in (vintage.landed_at, vintage.last_seen)), default=None)
    return _text(max(now, last + timedelta(microseconds=1)) if last else now)


def _text(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def _vintage_id(landed_at: str, snapshot: Snapshot) -> str:
    return f"{datetime.fromisoformat(landed_at):%Y%m%dT%H%M%S%fZ}-{snapshot.id[:8]}"
