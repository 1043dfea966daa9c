"""Everything that people wrote about one dataset, held against itself and against what has come, offline: nothing is fetched.

Each problem is one line with the file, the line in it and the nearest right name. Refuses to stop at the first: what can be looked at is.
"""

from __future__ import annotations

import difflib
import re
import shutil
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
from cronsim import CronSim, CronSimError

from expectations.contract import load as load_contract
from expectations.declaration import PROVENANCE_COLUMNS, Dataset, load_file
from expectations.declaration_faults import line_in, nearest
from expectations.errors import EvidenceError
from tasks import archive
from tasks.checkout import Checkout
from tasks.examine import read_parts
from tasks.proposal import Difference, differences
from tasks.record import read_hold
from tasks.shape.key import key_duplicates
from tasks.snapshot import Snapshot
from tasks.tidy import assemble, transform
from tasks.written import written_problems
from warehouse.engine import engine
from warehouse.home import Home
from warehouse.lake import vintages
from warehouse.table import identifier

_CRON_FROM = datetime(2026, 1, 1)  # any time will do: only whether the line can be read is asked
_NOT_THERE = re.compile(r'(?:Referenced|Table "[^"]*") (?:column|does not have a column named) "([^"]+)"')
_CAST = re.compile(r"casting from source column (\w+)")
_LINE = re.compile(r"LINE (\d+):")


def declaration_problems(dataset: str, checkout: Checkout) -> list[str]:
    """What is wrong with the declaration. Raises `declaration.invalid` where it cannot be read at all."""
    path = checkout.declaration(dataset)
    declared = load_file(path)
    problems = [] if declared.rules else [f"{_at(path, 'expectations')}: no expectations are declared"]
    schedule = declared.release.schedule
    if schedule is not None:
        try:
            CronSim(schedule, _CRON_FROM)
        except CronSimError as error:
            problems.append(
                f"{_at(path, 'release', 'schedule')}: {schedule!r} is no cron line of five fields (minute hour day month weekday): {error}"
            )
    problems += [f"{_at(path, 'raw', 'key')}: {name!r} stands twice in the key" for name in _twice(declared.raw.key or ())]
    problems += [f"{_at(path, 'tidy', 'grain')}: {name!r} stands twice in the grain" for name in _twice(declared.tidy.grain)]
    return [*problems, *written_problems(declared, path, date.today())]


def tidy_problems(dataset: str, checkout: Checkout) -> list[str]:
    """Run the SELECT over an empty `raw`: syntax, names and the declared columns are all held to."""
    declared = load_file(checkout.declaration(dataset))
    columns = ", ".join(f"null::varchar as {identifier(column)}" for column in declared.raw.columns)
    with duckdb.connect(":memory:") as connection:
        connection.execute(
            f"create view arrived as select {columns}, null::varchar as _part, null::bigint as _row,"
            " map()::map(varchar, varchar) as _labels where false"
        )
        try:
            transform(declared, connection, checkout.sql)
        except EvidenceError as error:
            return list(_of_sql(error, declared, checkout))
        return list(_of_queries(declared, checkout.declaration(dataset), connection))


def contract_problems(dataset: str, checkout: Checkout) -> list[str]:
    """Whether a contract is accepted, and has the columns on which the declaration relies."""
    contract, declared = load_contract(dataset, checkout.accepted), load_file(checkout.declaration(dataset))
    if contract is None:
        # The first live run of what was never seen proposes one.
        return [] if declared.state == "unverified" else [f"no one has accepted a contract: no file {checkout.contract(dataset)}"]
    known = [declared.canonical(column.name) or column.name for column in contract.shape.columns]
    return [
        f"{_at(checkout.declaration(dataset), 'raw', 'columns', name)}: the contract has no column {name}, on which the declaration relies"
        + nearest(name, [one for one in known if one not in declared.raw.columns])
        for name in declared.relied_on
        if name not in known
    ]


def data_problems(dataset: str, checkout: Checkout, home: Home, sample: bool = True) -> list[str] | None:
    """The declaration held against what came last: archived here, else the sample's figures; None where there is neither."""
    declared, scratch = load_file(checkout.declaration(dataset)), home.scratch / f"check-{dataset}"
    with engine(home) as connection:
        try:
            snapshot, where = _last(declared, home) or (_sampled(declared, scratch) if sample else None) or (None, home)
            if snapshot is None:
                return None
            parts = read_parts(declared, snapshot, where, connection, scratch / "parts")
            table = assemble(connection, list(parts.values()), "arrived")
            rows = connection.execute(f"select count(*) from {identifier(table)}").fetchone()
            key = [name for name in declared.raw.key or () if name in {row[0] for row in connection.execute("describe arrived").fetchall()}]
            total = int(rows[0]) if rows else 0
            double = key_duplicates(connection, table, key, total)
            path = checkout.declaration(dataset)
            wrong = [one for one in differences(declared, total, double, connection, checkout.sql) if one.wrong]
            said = [f"{_at(path, *_place_of(one))}: {one.what}" for one in wrong]
            return said or list(_of_grain(declared, path, connection))
        except EvidenceError as error:
            return [f"{error.where}: {error.found} [{error.code}]"]
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _last(declared: Dataset, home: Home) -> tuple[Snapshot, Home] | None:
    hold, landed = read_hold(home, declared.id), vintages(home, declared.id)
    last = hold.snapshot if hold else landed[-1].snapshot if landed else ""
    return (archive.load(declared.id, last, home), home) if last else None


def _sampled(declared: Dataset, scratch: Path) -> tuple[Snapshot, Home] | None:
    """The sample's figures, archived in a scratch home; None for a dataset that the sample has not."""
    from tasks.rehearse.stage import sampled

    try:
        delivery = sampled(declared, scratch / "sample")
    except EvidenceError:
        return None
    own = Home(scratch / "home")
    return archive.keep(delivery, declared.id, "check", own, "sample"), own


def _of_sql(error: EvidenceError, declared: Dataset, checkout: Checkout) -> Iterator[str]:
    """An error of the SELECT as lines of its file, or of the declaration, with the nearest right names."""
    path = checkout.tidy(declared.id)
    if not path.exists():
        near = nearest(declared.name, [each.stem for each in path.parent.glob("*.sql")]) if path.parent.is_dir() else ""
        yield f"{path}: there is no such file{near}; it holds one SELECT from raw"
        return
    known = [*declared.tidy.columns, *PROVENANCE_COLUMNS]
    listed = re.match(r"missing: (.*); not declared: (.*)$", error.found)
    if listed:
        missing, extra = ([name for name in found.split(", ") if name != "none"] for found in listed.groups())
        for name in extra:
            yield f"{path}, line {_line_with(path, name)}: column {name!r} is not among tidy.columns{nearest(name, missing or known)}"
        for name in missing:
            place = _at(checkout.declaration(declared.id), "tidy", "columns", name) if name in declared.tidy.columns else f"{path}, line 1"
            if not difflib.get_close_matches(name, extra, n=1):
                yield f"{place}: the SELECT gives no column {name!r}"
        return
    line = _LINE.search(error.found)
    at = f"{path}, line {line[1]}" if line else error.where or str(path)
    column = _NOT_THERE.search(error.found)
    if column:
        there = [*declared.raw.columns, *declared.raw.labels, "_part", "_row"]
        if column[1] in there:
            yield f"{at}: {column[1]!r} is a column of raw, from which the SELECT does not take it here"
            return
        near = nearest(column[1], there) or f"; it has {', '.join(there[:12])}"
        yield f"{at}: there is no column {column[1]!r} in raw{near}"
        return
    said = error.found.partition("\n\nLINE")[0]
    wanted = f", expected {error.expected}" if not line else ""
    yield f"{at}: {' '.join(said.split())}{wanted}"


def _of_queries(declared: Dataset, path: Path, connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """The queries by which known errors are recognised, run over the empty tidy table."""
    for place, error in enumerate(declared.known_errors):
        if error.query is None:
            continue
        try:
            connection.execute(error.query.replace("{table}", "tidy"))
        except duckdb.Error as failed:
            said = " ".join(str(failed).partition("\n\nLINE")[0].split())
            yield f"{_at(path, 'known_errors', place, 'query')}: the query does not run over the tidy table: {said}"


def _of_grain(declared: Dataset, path: Path, connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Whether the grain tells the rows of the tidy table apart."""
    keys = ", ".join(map(identifier, declared.tidy.grain))
    counted = connection.execute(f"select count(*), sum(n) from (select count(*) as n from tidy group by {keys} having n > 1)").fetchone()
    if counted and counted[0]:
        yield f"{_at(path, 'tidy', 'grain')}: {counted[1]:,} tidy rows share the grain ({', '.join(declared.tidy.grain)}) with another"


def _place_of(difference: Difference) -> tuple[str, ...]:
    """Where a difference stands in the declaration: a value that does not fit its type, at the column of that type."""
    named = _CAST.search(difference.what)
    return ("tidy", "columns", named[1]) if named and difference.place == ("tidy",) else difference.place


def _line_with(path: Path, name: str) -> int:
    """The line of an SQL file that names a column last: where it is given its name."""
    lines = [
        number for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if re.search(rf"\b{re.escape(name)}\b", text)
    ]
    return lines[-1] if lines else 1


def _at(path: Path, *place: Any) -> str:
    return f"{path}, line {line_in(path, place)}"


def _twice(names: Iterable[str]) -> list[str]:
    listed = list(names)
    return sorted({name for name in listed if listed.count(name) > 1})
