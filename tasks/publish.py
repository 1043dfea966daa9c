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
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from expectations.errors import EvidenceError
from tasks import publication
from tasks.atomic import aside, flush, move_into_place, replace_json, sweep
from tasks.locks import lock
from tasks.record import read_holds
from warehouse import indicators, meta_rows
from warehouse.engine import engine
from warehouse.home import PROJECT, Home
from warehouse.lake import paths, pointer, vintages
from warehouse.table import DatasetTable, identifier, literal

STORAGE = "v1.4.0"  # the newest format that DuckDB 1.4 clients read
_MART = PROJECT / "warehouse" / "mart"
_WAREHOUSE = ("build.py", "dictionary.py", "meta_rows.py", "revisions.py", "table.py")
_CODE = [*(PROJECT / "warehouse" / name for name in _WAREHOUSE), Path(publication.__file__)]
_TRY_AGAIN = 600  # seconds after which a publication that had to carry a dataset over is tried again, though nothing landed
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
    pages: str = ""  # the first page, or why there is none; '' where nobody has asked for pages

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "path": str(self.path)}


def publish(home: Home, tables: Sequence[DatasetTable], settle: float = 0.0, mart: Path = _MART) -> Published:
    """Publish what is landed of `tables` (all that are declared) as `evidence.duckdb`.

    With `settle`, first wait until no dataset has landed for so many seconds, so that what lands together is published together.
    Raises `publish.failed`, `lock.busy`; the published file is then as it was.
    """
    try:
        published = _publish(home, tables, settle, mart)
    except OSError as error:
        where = str(error.filename or home.database)
        found = f"{error.strerror or error} ({type(error).__name__})"
        raise EvidenceError("publish.failed", where=where, expected="the finished file in the place of the old one", found=found) from error
    from tasks.pages import refresh  # templates and charts, which a publication that has no pages need not load

    return replace(published, pages=refresh(home, published.rebuilt))


def _publish(home: Home, tables: Sequence[DatasetTable], settle: float, mart: Path) -> Published:
    began = time.monotonic()
    with lock(home, "publish", "publishing"):
        done = _done(home)
        if done and done.state == state_of(home, tables, mart) and not _worth_another_try(done):
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
    digest = hashlib.sha256(f"{duckdb.__version__} {STORAGE} {indicators.fingerprint(mart=mart)}".encode())
    for path in [*meta_rows.ddl_files(), *sorted(mart.glob("*.sql")), *_CODE]:
        digest.update(path.read_bytes())
    for table in sorted(tables, key=lambda table: table.id):
        digest.update(repr(table).encode())
        try:
            known = vintages(home, table.id)
            listed = [{**vintage.as_dict(), "last_seen": None, "files": len(paths(home, vintage))} for vintage in known]
        except EvidenceError as error:
            listed = [{"error": error.message}]
        digest.update(json.dumps(listed, sort_keys=True, default=str).encode())
    digest.update(json.dumps(sorted(path.name for path in (home.archive / "forgotten").rglob("*.json"))).encode())
    digest.update(json.dumps([(hold.dataset, hold.snapshot, hold.since) for hold in read_holds(home)]).encode())
    return digest.hexdigest()[:32]


def _build(home: Home, tables: Sequence[DatasetTable], state: str, path: Path, mart: Path) -> Published:
    """Build the file at `path` and check it."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        with closing(engine(home)) as connection:
            connection.execute(f"attach {literal(str(path))} as evidence (storage_version {literal(STORAGE)})")
            before = _attach_before(connection, home)
            connection.execute("use evidence")
            contents = publication.fill(connection, home, tables, mart, before)
            rows = contents.rows
            facts = {
                "published_at": now,
                "state": state,
                "datasets": len(rows),
                "rows": sum(rows.values()),
                "duckdb_version": duckdb.__version__,
            }
            meta_rows.insert(connection, "publication", [facts])
            connection.execute("use memory")
            connection.execute("detach evidence")  # checkpoints: what follows reads the file alone
        _check(path, rows)
    except duckdb.Error as error:
        raise EvidenceError("publish.failed", where=str(path), expected="a DuckDB file built from the lake", found=str(error)) from error
    return Published(
        path=home.database, state=state, rebuilt=True, published_at=now, tables=rows, kept=contents.kept, left_out=contents.left_out
    )


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


def _worth_another_try(done: Published) -> bool:
    """Whether a dataset was carried over, and long enough ago that those who waited for the same publication are not the ones who ask."""
    age = datetime.now(UTC) - datetime.fromisoformat(done.published_at)
    return bool(done.kept) and age.total_seconds() > _TRY_AGAIN


def _file(path: Path) -> dict[str, int]:
    facts = os.stat(path)
    return {"bytes": facts.st_size, "modified": facts.st_mtime_ns}


def _timed(published: Published, began: float) -> Published:
    return Published(**{**published.__dict__, "seconds": round(time.monotonic() - began, 3)})
