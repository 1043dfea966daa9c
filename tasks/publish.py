"""Publish: build one DuckDB file aside from the lake, check it, and put it in the place of the old one at once.

Refuses to touch the file that readers have open: it is never opened to write, only replaced; whoever has the old one open keeps a whole, consistent
state. Refuses to do the same twice: of forty datasets that land together the first to get the lock publishes, the others find their state published.
A dataset whose lake cannot be read keeps the table that was published before, and everything else goes on.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from expectations.errors import EvidenceError
from tasks.atomic import aside, flush, move_into_place, replace_json, sweep
from tasks.locks import lock
from tasks.record import read_holds, read_records
from warehouse import build, meta_rows
from warehouse.dictionary import history_of, name_of
from warehouse.engine import engine
from warehouse.home import PROJECT, Home
from warehouse.lake import Vintage, pointer, vintages
from warehouse.table import DatasetTable, identifier, literal

STORAGE = "v1.4.0"  # the newest format that DuckDB 1.4 clients read
RECORDS = 500  # run records that go into meta.runs
_MART = PROJECT / "warehouse" / "mart"
_CODE = [PROJECT / "warehouse" / name for name in ("build.py", "dictionary.py", "meta_rows.py", "table.py")]
_LONGEST_SETTLE = 10  # times `settle`: a night in which landings never pause is published all the same
_Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class Published:
    """What is published now. `rebuilt` is False where the state was published already, by an earlier run or by one that we waited for."""

    path: Path
    state: str
    rebuilt: bool
    published_at: str = ""
    tables: Mapping[str, int] = field(default_factory=dict)  # dataset -> rows of its current table
    kept: Mapping[str, str] = field(default_factory=dict)  # dataset -> why its table is carried over from before
    left_out: Mapping[str, str] = field(default_factory=dict)  # file of warehouse/mart -> why it is not there
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "path": str(self.path)}


def publish(home: Home, tables: Sequence[DatasetTable], settle: float = 0.0, mart: Path = _MART) -> Published:
    """Publish what is landed of `tables` (all that are declared) as `evidence.duckdb`.

    With `settle`, first wait until no dataset has landed for so many seconds, so that what lands together is published together.
    Raises `publish.failed`, `lock.busy`; the published file is then as it was.
    """
    began = time.monotonic()
    with lock(home, "publish", "publishing"):
        done = _done(home)
        if done and done.state == state_of(home, tables, mart):
            return done
        _settle(home, tables, settle)
        state = state_of(home, tables, mart)
        _sweep(home)
        with aside(home.root / "publish") as folder:
            folder.mkdir(parents=True)
            published = _build(home, tables, state, folder / home.database.name, mart)
            _put_in_place(folder / home.database.name, home)
        published = _timed(published, began)
        replace_json(_note(home), {**published.as_dict(), "file": _file(home.database)})
        return published


def state_of(home: Home, tables: Sequence[DatasetTable], mart: Path = _MART) -> str:
    """A fingerprint of everything that a publication is made from, save run records: a quiet night publishes nothing."""
    digest = hashlib.sha256(f"{duckdb.__version__} {STORAGE}".encode())
    for path in [*meta_rows.ddl_files(), *sorted(mart.glob("*.sql")), *_CODE]:
        digest.update(path.read_bytes())
    for table in sorted(tables, key=lambda table: table.id):
        digest.update(repr(table).encode())
        try:
            listed = [{**vintage.as_dict(), "last_seen": None} for vintage in vintages(home, table.id)]
        except EvidenceError as error:
            listed = [{"error": error.message}]
        digest.update(json.dumps(listed, sort_keys=True, default=str).encode())
    digest.update(json.dumps([asdict(hold) for hold in read_holds(home)], sort_keys=True, default=str).encode())
    return digest.hexdigest()[:32]


def _build(home: Home, tables: Sequence[DatasetTable], state: str, path: Path, mart: Path) -> Published:
    """Build the file at `path` and check it."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        with closing(engine(home)) as connection:
            connection.execute(f"attach {literal(str(path))} as evidence (storage_version {literal(STORAGE)})")
            before = _attach_before(connection, home)
            connection.execute("use evidence")
            with _transaction(connection):
                for schema in ("history", "mart"):
                    connection.execute(f"create schema {schema}")
                meta_rows.create(connection)
            rows, kept = _datasets(connection, home, tables, before)
            _runs(connection, home)
            facts = {
                "published_at": now,
                "state": state,
                "datasets": len(rows),
                "rows": sum(rows.values()),
                "duckdb_version": duckdb.__version__,
            }
            meta_rows.insert(connection, "publication", [facts])
            left_out = _mart(connection, mart, set(rows))
            connection.execute("use memory")
            connection.execute("detach evidence")  # checkpoints: what follows reads the file alone
        _check(path, rows)
    except duckdb.Error as error:
        raise EvidenceError("publish.failed", where=str(path), expected="a DuckDB file built from the lake", found=str(error)) from error
    return Published(path=home.database, state=state, rebuilt=True, published_at=now, tables=rows, kept=kept, left_out=left_out)


def _datasets(connection: _Connection, home: Home, tables: Iterable[DatasetTable], before: bool) -> tuple[dict[str, int], dict[str, str]]:
    """Every dataset's tables, views and rows of `meta`. Returns rows by dataset, and why a dataset was carried over."""
    holds = {hold.dataset: hold for hold in read_holds(home)}
    rows: dict[str, int] = {}
    kept: dict[str, str] = {}
    ordered = sorted(tables, key=lambda table: table.id)
    for table in ordered:
        hold = holds.get(table.id)
        held_since = hold.since if hold else None
        built, listed, why = _one(connection, home, table, before, held_since)
        if built is not None:
            rows[table.id] = built.rows
        if why:
            kept[table.id] = why
        with _transaction(connection):
            meta_rows.insert(connection, "datasets", [meta_rows.dataset_row(table, listed, rows.get(table.id), held_since, why)])
            meta_rows.insert(connection, "columns", meta_rows.column_rows(table))
            meta_rows.insert(connection, "known_errors", meta_rows.known_error_rows(table))
            _snapshots(connection, home, table.id, listed, hold.snapshot if hold else None)
    with _transaction(connection):
        meta_rows.insert(connection, "licences", meta_rows.licence_rows(ordered))
        meta_rows.insert(connection, "holds", [meta_rows.hold_row(asdict(hold)) for hold in holds.values()])
    return rows, kept


def _one(
    connection: _Connection, home: Home, table: DatasetTable, before: bool, held_since: str | None
) -> tuple[build.Built | None, Sequence[Vintage], str | None]:
    """One dataset's tables, whole or not at all: from the lake, or as they were published before and why."""
    try:
        listed = vintages(home, table.id)
        if not listed:
            return None, (), None
        with _transaction(connection):
            built = build.build(connection, table, listed, home)
            build.views(connection, table, held_since or "")
            meta_rows.insert(connection, "vintages", meta_rows.vintage_rows(listed, built.current))
            withheld = [{"dataset": table.id, "vintage": vintage, "cells": cells} for vintage, cells in built.withheld.items()]
            meta_rows.insert(connection, "withheld", withheld)
        return built, listed, None
    except (EvidenceError, duckdb.Error) as error:
        return (_carried_over(connection, table, held_since) if before else None), (), str(error)


def _carried_over(connection: _Connection, table: DatasetTable, held_since: str | None) -> build.Built | None:
    """The dataset's tables as they were published before; None where they were not, or had other columns than are declared now."""
    columns = ", ".join(identifier(name) for name in table.types)
    try:
        with _transaction(connection):
            connection.execute(f"create schema if not exists {identifier(table.publisher)}")
            connection.execute(f"create table {name_of(table)} as select {columns} from before.{name_of(table)}")
            connection.execute(
                f"create table {history_of(table)} as select {columns}, known_from, known_until from before.{history_of(table)}"
            )
            for name in ("vintages", "snapshots", "parts", "withheld"):
                connection.execute(f"insert into meta.{name} by name select * from before.meta.{name} where dataset = {literal(table.id)}")
            build.views(connection, table, held_since or "")
            current = dict(connection.execute(f"select vintage, count(*) from {name_of(table)} group by all").fetchall())
    except duckdb.Error:
        return None
    return build.Built(current=current, withheld={})


def _snapshots(connection: _Connection, home: Home, dataset: str, listed: Sequence[Vintage], held: str | None) -> None:
    """What the archive says of the snapshots that are landed or held. One whose manifest was forgotten is left out."""
    for snapshot in dict.fromkeys([*[vintage.snapshot for vintage in listed], *([held] if held else [])]):
        path = home.manifest(dataset, snapshot)
        if path.exists():
            manifest = json.loads(path.read_text(encoding="utf-8"))
            meta_rows.insert(connection, "snapshots", [meta_rows.snapshot_row(manifest, snapshot == held)])
            meta_rows.insert(connection, "parts", meta_rows.part_rows(manifest))


def _runs(connection: _Connection, home: Home) -> None:
    """The newest run records, as the tables runs, outcomes, checks and changes."""
    records = [record.as_dict() for record in reversed(read_records(home, RECORDS))]
    outcomes = [(record["run"], outcome) for record in records for outcome in record["outcomes"]]
    with _transaction(connection):
        meta_rows.insert(connection, "runs", map(meta_rows.run_row, records))
        meta_rows.insert(connection, "outcomes", [meta_rows.outcome_row(run, outcome) for run, outcome in outcomes])
        meta_rows.insert(connection, "checks", [row for run, outcome in outcomes for row in meta_rows.check_rows(run, outcome)])
        meta_rows.insert(connection, "changes", [row for run, outcome in outcomes for row in meta_rows.change_rows(run, outcome)])


def _mart(connection: _Connection, mart: Path, datasets: set[str]) -> dict[str, str]:
    """Run the files of warehouse/mart in order. One that needs a dataset which is not here (`-- needs: a.b, c.d`), or that fails, is left out."""
    left_out: dict[str, str] = {}
    for path in sorted(mart.glob("*.sql")):
        text = path.read_text(encoding="utf-8")
        needs = {
            name.strip() for line in text.splitlines() if line.startswith("-- needs:") for name in line.removeprefix("-- needs:").split(",")
        }
        if needs - datasets:
            left_out[path.name] = f"needs {', '.join(sorted(needs - datasets))}"
            continue
        try:
            with _transaction(connection):
                connection.execute(text)
        except duckdb.Error as error:
            left_out[path.name] = str(error)
    return left_out


@contextmanager
def _transaction(connection: _Connection) -> Iterator[None]:
    """All of the block or nothing; one flush to disk for many statements."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _attach_before(connection: _Connection, home: Home) -> bool:
    """Attach the published file to read, for a dataset that has to be carried over; whether there is one that can be read."""
    if not home.database.exists():
        return False
    try:
        connection.execute(f"attach {literal(str(home.database))} as before (read_only)")
    except duckdb.Error:
        return False
    return True


def _check(path: Path, rows: Mapping[str, int]) -> None:
    """Open the finished file as a reader does and hold it to what was built."""
    left = sorted(other.name for other in path.parent.iterdir() if other != path)
    with duckdb.connect(str(path), read_only=True) as connection:
        found = dict(connection.execute("select dataset, rows from meta.datasets where rows is not null order by all").fetchall())
        for dataset in rows:
            schema, name = dataset.split(".")
            counted = connection.execute(f"select count(*) from {identifier(schema)}.{identifier(name)}").fetchall()[0][0]
            found[dataset] = counted
    if found != dict(rows) or left:
        raise EvidenceError("publish.failed", where=str(path), expected=f"{dict(rows)} and no other file", found=f"{found}, {left}")


def _put_in_place(path: Path, home: Home) -> None:
    path.chmod(0o444)  # readers only: DuckDB refuses to open it to write
    flush(path)
    # A log beside the old file can only come from someone who opened it to write; the new file must not inherit it.
    Path(f"{home.database}.wal").unlink(missing_ok=True)
    move_into_place(path, home.database)


def _settle(home: Home, tables: Iterable[DatasetTable], settle: float) -> None:
    """Wait until no pointer has been replaced for `settle` seconds."""
    listed = [pointer(home, table.id) for table in tables]
    ends = time.monotonic() + _LONGEST_SETTLE * settle
    while settle and time.monotonic() < ends:
        newest = max((path.stat().st_mtime for path in listed if path.exists()), default=0.0)
        left = newest + settle - time.time()
        if left <= 0:
            return
        time.sleep(min(left, settle))


def _sweep(home: Home) -> None:
    """Remove what a killed publish left. We hold the lock; others write aside in the home's root too, so only what is ours."""
    home.root.mkdir(parents=True, exist_ok=True)
    sweep(home.root, "publish")


def _note(home: Home) -> Path:
    return home.state / "published.json"


def _done(home: Home) -> Published | None:
    """What was published last, if the file is still that one."""
    try:
        stored = json.loads(_note(home).read_text(encoding="utf-8"))
        if stored.pop("file") != _file(home.database):
            return None
        return Published(**{**stored, "path": home.database, "rebuilt": False, "seconds": 0.0})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _file(path: Path) -> dict[str, int]:
    facts = os.stat(path)
    return {"bytes": facts.st_size, "modified": facts.st_mtime_ns}


def _timed(published: Published, began: float) -> Published:
    return Published(**{**published.__dict__, "seconds": round(time.monotonic() - began, 3)})
