"""A process that is killed at any instant of a landing or a publish leaves the old state or the new one, whole."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.landing import POPULATION, land_rows, publish
from warehouse.home import PROJECT, Home
from warehouse.lake import paths, vintages

KILLS = int(os.environ.get("EVIDENCE_KILLS", "5"))  # at random instants; more on request: each takes about half a second
ROWS = 30_000

# For each number that it is told: a child that lands (and publishes) without end from that number on, and is killed some time after its first
# landing. Every vintage holds its own number in all of its rows, so that a mixture shows. Forked before DuckDB has threads: quick, as a kill needs
# no new interpreter.
KILLED_AGAIN_AND_AGAIN = """
import os, random, signal, sys, time, duckdb
from pathlib import Path
from tests.landing import POPULATION, plain_mart, publish, snapshot
from tasks.land import land
from warehouse.home import Home
def work(home, also_publish, number, told):
    connection = duckdb.connect()
    while True:
        number += 1
        connection.execute(f'''create or replace table tidy as select 'E' || i as area_code, '2020' as period, {number}::double as value,
            null::varchar as status, 'p.csv' as source_part, i as source_row from range(ROWS) as r(i)''')
        land(connection, "tidy", POPULATION, snapshot(), home, "run-1", str(number))
        if also_publish:
            publish(home, [POPULATION])
        os.write(told, f"{number}\\n".encode())
plain_mart()  # made once, and removed at the end
random.seed(20250131)
for seen in sys.stdin:
    hears, told = os.pipe()
    child = os.fork()
    if child == 0:
        work(Home(Path(sys.argv[1])), sys.argv[2] == "publish", int(seen), told)
    os.close(told)
    with os.fdopen(hears) as numbers:
        landed = [numbers.readline()]  # it has landed once: the lock of the one that was killed before was free
        time.sleep(random.uniform(0, 0.25))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        landed += numbers.readlines()
    print(max(int(number) for number in landed if number.strip()), flush=True)
""".replace("ROWS", str(ROWS))

# Lands and publishes in copies of one home; in the n-th it dies by SIGKILL right before its n-th call that changes a folder or flushes.
# Ends with the first copy in which there are no more such calls, and prints how many died. Forked before DuckDB has threads: quick.
DIES_AT_EACH = """
import os, shutil, signal, sys, duckdb
from pathlib import Path
from tests.landing import POPULATION, fill, plain_mart, publish, snapshot
from tasks.land import land
from warehouse.home import Home
def counted(call, budget):
    def maybe(*given, **named):
        budget[0] -= 1
        if budget[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*given, **named)
    return maybe
def work(home, step):
    budget = [step]
    for name in ("replace", "fsync", "mkdir", "unlink"):
        setattr(os, name, counted(getattr(os, name), budget))
    with duckdb.connect() as connection:
        fill(connection, [("E08000025", "2020", 2.0, None), ("E08000026", "2020", 2.0, None)])
        land(connection, "tidy", POPULATION, snapshot("b"), home, "run-2", "two")
        publish(home, [POPULATION])
    os._exit(0)
before, copies = Path(sys.argv[1]), Path(sys.argv[2])
plain_mart()  # made once, before any call is counted
for step in range(200):
    shutil.copytree(before, copies / str(step))
    child = os.fork()
    if child == 0:
        work(Home(copies / str(step)), step)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != -signal.SIGKILL:
        break
print(step)
"""


def whole_lake(home: Home) -> list[float]:
    """Open every file that the pointer names; each vintage must hold all of its rows, of one landing. Returns their numbers."""
    numbers = []
    with duckdb.connect() as connection:
        for vintage in vintages(home, "ons.population"):
            files = [str(path) for path in paths(home, vintage)]
            found = connection.execute(
                f"select count(*), min(value), max(value), count(distinct vintage) from read_parquet({files})"
            ).fetchall()[0]
            assert found == (vintage.rows, found[1], found[1], 1)
            numbers.append(found[1])
    return numbers


def whole_publication(home: Home) -> float | None:
    """The published file is whole and of one landing. Returns its number; None where nothing is published yet."""
    if not home.database.exists():
        return None
    with duckdb.connect(str(home.database), read_only=True) as connection:
        rows, least, most = connection.execute("select count(*), min(value), max(value) from ons.population").fetchall()[0]
        told = connection.execute("select rows from meta.datasets").fetchall()
        current = connection.execute("select sum(current_rows) from meta.vintages").fetchall()
        assert least == most
        assert told == [(rows,)]
        assert current == [(rows,)]
        return float(least)


@pytest.mark.parametrize("what", ["land", "publish"])
def test_a_process_killed_at_a_random_instant_leaves_a_whole_state(home: Home, what: str) -> None:
    seen = 0
    program = [sys.executable, "-c", KILLED_AGAIN_AND_AGAIN, str(home.root), what]
    with subprocess.Popen(program, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as killer:
        assert killer.stdin is not None and killer.stdout is not None
        for _ in range(KILLS):
            print(seen, file=killer.stdin, flush=True)
            last = int(killer.stdout.readline())
            numbers = whole_lake(home)
            assert numbers == sorted(set(numbers))
            assert last <= numbers[-1] <= last + 1, "what was reported is there; of what was not, all or nothing"
            published = whole_publication(home)
            assert published is None if what == "land" else published is not None and last <= published <= last + 1
            assert numbers[-1] > seen, "every child landed"
            seen = int(numbers[-1])
        killer.stdin.close()
    assert killer.returncode == 0


def test_a_process_killed_before_any_of_its_calls_leaves_the_old_state_or_the_new(
    connection: duckdb.DuckDBPyConnection, home: Home, tmp_path: Path
) -> None:
    """Every call in turn, until the program comes to its end: no instant between two of them is left out."""
    land_rows(connection, home, [("E08000025", "2020", 1.0, None)], content="one")
    publish(home, [POPULATION])
    copies = tmp_path / "copies"
    program = [sys.executable, "-c", DIES_AT_EACH, str(home.root), str(copies)]
    died = int(subprocess.run(program, cwd=PROJECT, capture_output=True, text=True, check=True).stdout)
    assert died > 20, "there are more calls than that in a landing and a publish"
    outcomes = []
    for step in range(died + 1):
        own = Home(copies / str(step))
        lake, published = whole_lake(own), whole_publication(own)
        assert (lake, published) in (([1.0], 1.0), ([1.0, 2.0], 1.0), ([1.0, 2.0], 2.0)), step
        outcomes.append((lake, published))
        land_rows(connection, own, [("E08000025", "2020", 3.0, None)], content="three")  # the next run makes it good, whatever was left
        assert whole_lake(own)[-1] == 3.0
        assert not list(own.lake("ons.population").glob(".aside-*"))
        if step % 4 == 0:
            publish(own, [POPULATION])
            assert whole_publication(own) == 3.0
            assert not list(own.root.glob(".aside-*"))
    assert outcomes == sorted(outcomes), "once the new state is there it stays"
    assert outcomes[0] == ([1.0], 1.0) and outcomes[-1] == ([1.0, 2.0], 2.0) and ([1.0, 2.0], 1.0) in outcomes
