"""What was read and observed of the snapshot that landed last, kept for the next comparison: no file is read and no shape observed a second time.

A cache, and no more: `state/seen/<dataset>/<snapshot>-<version>.duckdb` is the table `arrived` as it landed; the JSON beside it holds its shape and
the hash of the table's file. `version` is a fingerprint of the code and the declaration that made both, so that a changed reader never compares
through old eyes. Only the snapshot that landed last is kept. The table is read straight into a file that can be kept, so keeping it costs a copy of
that file, and the next run attaches it where it is. (Parquet: 1.9 s of processor to write, 2.7 s to load, on 3 million rows of ten columns.)
Refuses what is damaged, incomplete or of another version: it counts as absent, and the archive is read.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa

from expectations.declaration import Dataset
from expectations.shape import Shape, shape_from_dict
from tasks.atomic import aside, flush, move_into_place, replace_json, sweep
from tasks.snapshot import Snapshot
from warehouse.engine import WORKSPACE
from warehouse.home import PROJECT, Home
from warehouse.table import identifier, literal

MADE_BY = ("tasks/read", "tasks/shape", "tasks/tidy.py", "tasks/seen.py", "expectations/shape.py")
_KEEPING = "keeping_"  # catalogue of the file in the scratch folder that may be kept
_KEPT = "kept_"  # catalogue of a file that was kept
_LOG = logging.getLogger("evidence")
_Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class Seen:
    """A table of the connection as it landed, its shape, and whether it has every row that arrived (none was discarded)."""

    shape: Shape
    table: str
    whole: bool


@contextmanager
def to_be_kept(connection: _Connection, scratch: Path) -> Iterator[None]:
    """Tables made within live in a file of the scratch folder that `keep` can keep. Without a workspace they live where they otherwise would."""
    if connection.execute("select current_database()").fetchone() != (WORKSPACE,):
        yield
        return
    name, before = f"{_KEEPING}{uuid.uuid4().hex}", _search_path(connection)
    scratch.mkdir(parents=True, exist_ok=True)
    path = literal(str(scratch / f"{name}.duckdb"))
    connection.execute(f"attach {path} as {name} (storage_version 'latest', recovery_mode no_wal_writes)")
    _search(connection, [f"{name}.main", *before])
    try:
        yield
        connection.execute(f"checkpoint {name}")  # before anyone notes a row's id
    finally:
        _search(connection, [*before, f"{name}.main"])


def keep(dataset: Dataset, home: Home, snapshot: Snapshot, shape: Shape, connection: _Connection) -> bool:
    """Keep the table `arrived` of this connection and its shape for the next comparison, and drop what was kept before. Whether it was kept.

    Never fails a landing: what cannot be kept is read again from the archive.
    """
    found = connection.execute(
        f"select database_name, path from duckdb_databases() where starts_with(database_name, '{_KEEPING}') order by database_oid desc limit 1"
    ).fetchone()
    if found is None:
        return False
    folder = _folder(home, dataset.id)
    target = folder / f"{snapshot.id}-{_version(dataset)}.duckdb"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        sweep(folder)
        with aside(target) as written:
            whole = _write(connection, str(found[0]), Path(str(found[1])), written, _table(snapshot.id), shape)
            flush(written)
            told = {"shape": shape.as_dict(), "whole": whole, "sha256": _sha256(written), "bytes": written.stat().st_size}
            move_into_place(written, target)
        replace_json(target.with_suffix(".json"), told)
    except (duckdb.Error, OSError) as error:
        _LOG.warning("%s: what was seen is not kept, and will be read again: %s", dataset.id, error)
        return False
    for path in folder.iterdir():
        if path.stem != target.stem:
            path.unlink(missing_ok=True)
    return True


def recall(dataset: Dataset, home: Home, snapshot: str, connection: _Connection) -> Seen | None:
    """The table and the shape of this snapshot as it landed, attached to the connection; None where they are not kept, not whole or of old."""
    path = _folder(home, dataset.id) / f"{snapshot}-{_version(dataset)}.duckdb"
    try:
        told = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        if path.stat().st_size != told["bytes"] or _sha256(path) != told["sha256"]:
            raise ValueError("its bytes are not those that were written")
        shape = shape_from_dict(told["shape"])
        _attach(connection, path)
        rows = connection.execute(f"select count(*) from {identifier(_table(snapshot))}").fetchone()
        if rows != (shape.rows,):
            raise ValueError(f"{rows} rows and not {shape.rows}")
        return Seen(shape, _table(snapshot), bool(told["whole"]))
    except FileNotFoundError:
        return None
    except (duckdb.Error, OSError, ValueError, KeyError, TypeError) as error:
        _LOG.warning("%s: %s is not used, the archive is read: %s", dataset.id, path, error)
        return None


def forget(home: Home, dataset: str, snapshot: str) -> None:
    """Remove what is kept of a snapshot."""
    folder = _folder(home, dataset)
    for path in folder.glob(f"*{snapshot}-*") if folder.is_dir() else ():  # those that a killed process left aside too
        path.unlink(missing_ok=True)


def _write(connection: _Connection, catalogue: str, source: Path, target: Path, table: str, shape: Shape) -> bool:
    """Write the landed table to `target` under its name there. Whether it has every row that arrived."""
    names = connection.execute("select table_name from duckdb_tables() where database_name = ?", [catalogue]).fetchall()
    whole = len(names) == 1 and _rows(connection, f"{catalogue}.main.{identifier(names[0][0])}") == shape.rows
    if whole:
        shutil.copyfile(source, target)  # whole since its checkpoint: nothing has been written to it since
        with duckdb.connect(str(target)) as copied:
            copied.execute(f"alter table {identifier(names[0][0])} rename to {identifier(table)}")
        return True
    name = f"{_KEEPING}{uuid.uuid4().hex}"
    connection.execute(f"attach {literal(str(target))} as {name} (storage_version 'latest')")
    try:
        connection.execute(f"create table {name}.main.{identifier(table)} as from arrived")
    finally:
        connection.execute(f"detach {name}")
    return False


def _attach(connection: _Connection, path: Path) -> None:
    there = connection.execute("select count(*) from duckdb_databases() where path = ?", [str(path)]).fetchone()
    if there == (0,):
        name = f"{_KEPT}{uuid.uuid4().hex}"
        connection.execute(f"attach {literal(str(path))} as {name} (read_only)")
        _search(connection, [*_search_path(connection), f"{name}.main"])


def _search_path(connection: _Connection) -> list[str]:
    """Where a table's name is looked for, in order, as `catalogue.schema`."""
    path = connection.execute("select current_setting('search_path')").fetchone()
    if path and path[0]:
        return [one.strip() for one in str(path[0]).split(",")]
    return [f"{'.'.join(map(identifier, connection.execute('select current_database(), current_schema()').fetchall()[0]))}"]


def _search(connection: _Connection, path: list[str]) -> None:
    connection.execute(f"set search_path = {literal(','.join(path))}")


def _table(snapshot: str) -> str:
    return f"landed_{snapshot}"


def _rows(connection: _Connection, table: str) -> int:
    found = connection.execute(f"select count(*) from {table}").fetchone()
    return int(found[0]) if found else 0


def _folder(home: Home, dataset: str) -> Path:
    return home.state / "seen" / dataset


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _version(dataset: Dataset) -> str:
    """A fingerprint of what makes the table and the shape from the same bytes."""
    declared = dataset.model_dump_json(include={"read", "raw"})
    return hashlib.sha256(f"{_code()}\n{declared}".encode()).hexdigest()[:16]


@cache
def _code() -> str:
    """The versions of the libraries that read and hash, and all our code that does."""
    digest = hashlib.sha256(f"{duckdb.__version__} {pa.__version__}".encode())
    for place in map(PROJECT.joinpath, MADE_BY):
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(path.read_bytes())
    return digest.hexdigest()
