"""A reader that has the published file open while it is replaced keeps a whole, consistent state; one that opens it finds the old or the new."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import duckdb

from tasks.land import land
from tests.landing import POPULATION, fill, publish, snapshot, table
from warehouse.home import PROJECT, Home

REPLACES = 10

# Reads in a loop until told to stop: opens, reads both tables several times, and reports every state that it saw. Both tables of one publication hold
# one number in all rows, so that half a load or a mixture of two shows.
READER = """
import sys, time, duckdb
from pathlib import Path
database, stop = sys.argv[1], Path(sys.argv[2])
seen, opened = [], 0
while True:
    last = stop.exists()
    with duckdb.connect(database, read_only=True) as connection:
        opened += 1
        states = {
            connection.execute('''
                select (select count(*) from ons.population), (select min(value) from ons.population), (select max(value) from ons.population),
                    (select min(value) from ons.households), (select max(value) from ons.households),
                    (select sum(current_rows) from meta.vintages), (select rows from meta.publication)''').fetchall()[0]
            for _ in range(5)
        }
    assert len(states) == 1, f"the state changed under an open connection: {states}"
    rows, *numbers, current, published = states.pop()
    assert len(set(numbers)) == 1 and current == published == 2 * rows, (rows, numbers, current, published)
    seen.append(int(numbers[0]))
    if opened == 1:
        print("reading", flush=True)
    if last:
        break
    time.sleep(0.1)
assert seen == sorted(seen), "a newer state went back to an older one"
print(opened, len(set(seen)), seen[-1])
"""


def test_readers_in_other_processes_see_whole_states_while_the_file_is_replaced(
    connection: duckdb.DuckDBPyConnection, home: Home, tmp_path: Path
) -> None:
    tables = [POPULATION, table(id="ons.households")]

    def release(number: int) -> None:
        fill(connection, [(f"E{area:08}", "2020", float(number), None) for area in range(50)])
        for each in tables:
            land(connection, "tidy", each, snapshot(dataset=each.id), home, "run-1", str(number))
        assert publish(home, tables).rebuilt

    release(0)
    stop = tmp_path / "stop"
    program = [sys.executable, "-c", READER, str(home.database), str(stop)]
    readers = [subprocess.Popen(program, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    try:
        assert [reader.stdout.readline() for reader in readers if reader.stdout] == ["reading\n"] * 2
        for number in range(1, REPLACES + 1):
            release(number)
    finally:
        stop.touch()
        told = [reader.communicate(timeout=60) for reader in readers]
    assert [reader.returncode for reader in readers] == [0, 0], told
    for output, _ in told:
        opened, states, last = map(int, output.split())
        assert opened >= 5 and states >= 3, "the reader did read while the file was replaced"
        assert last == REPLACES


def test_a_connection_that_stays_open_keeps_the_state_it_opened(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """In another process: one process shares one open file among its connections, so that only closing the last of them shows the new one."""
    fill(connection, [("E08000025", "2020", 1.0, None)])
    land(connection, "tidy", POPULATION, snapshot(), home, "run-1", "one")
    publish(home, [POPULATION])
    program = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
for _ in sys.stdin:
    print(connection.execute("select max(value) from ons.population_vintages").fetchall()[0][0], flush=True)
"""
    command = [sys.executable, "-c", program, str(home.database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdin is not None and reader.stdout is not None

        def ask() -> str:
            assert reader.stdin is not None and reader.stdout is not None
            print("again", file=reader.stdin, flush=True)
            return reader.stdout.readline().strip()

        assert ask() == "1.0"
        for number in (2.0, 3.0):
            fill(connection, [("E08000025", "2020", number, None)])
            land(connection, "tidy", POPULATION, snapshot(), home, "run-1", str(number))
            publish(home, [POPULATION])
            assert ask() == "1.0"
        reader.stdin.close()
    with duckdb.connect(str(home.database), read_only=True) as opened:
        assert opened.execute("select max(value) from ons.population_vintages").fetchall() == [(3.0,)]
