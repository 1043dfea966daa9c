"""What docs/access.md shows runs as it stands: in Python, in DuckDB's own command line of version 1.4, and in R where R is."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.cli.database import published
from tests.docs.cookbook import PAGE as COOKBOOK
from tests.docs.cookbook import questions
from warehouse.home import PROJECT, Home

PAGE = (PROJECT / "docs" / "access.md").read_text(encoding="utf-8")
BETWEEN = "-- and the next:"
pytestmark = [pytest.mark.xdist_group("sample"), pytest.mark.timeout(300)]


def test_the_python_of_the_page_answers(sample_home: Home) -> None:
    [code] = re.findall(r"```python\n(.*?)```", PAGE, re.S)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=sample_home.root, env={**os.environ}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "('all', 5.188" in done.stdout


def test_the_file_is_in_the_storage_that_duckdb_1_4_reads(sample_home: Home) -> None:
    with duckdb.connect(str(sample_home.database), read_only=True) as connection:
        tags = connection.execute("select tags from duckdb_databases() where not internal").fetchall()
    assert [tag["storage_version"] for (tag,) in tags] == ["v1.4.0+"]


def test_duckdbs_own_command_line_gives_the_answers_of_the_cookbook(sample_home: Home) -> None:
    """The oldest client that the page promises, 1.4, on every question, beside what this project's DuckDB answers."""
    asked = [query.strip().rstrip(";") for _, query, _ in questions(COOKBOOK.read_text(encoding="utf-8"))]
    program = Path(sys.executable).with_name("duckdb")
    version = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=True).stdout
    assert version.startswith("v1.4."), version
    done = subprocess.run(
        [str(program), "-readonly", "-bail", "-json", str(sample_home.database)],
        input="".join(f"{query};\n.print {BETWEEN}\n" for query in asked),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    theirs = [json.loads(text or "[]") for text in done.stdout.split(f"{BETWEEN}\n")[:-1]]  # it prints nothing where there is no row
    with published(sample_home) as connection:
        ours = [connection.execute(query).fetchall() for query in asked]
    assert len(theirs) == len(ours)
    for query, got, wanted in zip(asked, theirs, ours, strict=True):
        assert [[_plain(cell) for cell in row.values()] for row in got] == [[_plain(cell) for cell in row] for row in wanted], query


def test_the_command_of_the_page_answers_in_duckdbs_own_command_line(sample_home: Home) -> None:
    [command] = re.findall(r"```sh\n(duckdb -readonly [^\n]+)\n```", PAGE)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command, shell=True, cwd=sample_home.root, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    with published(sample_home) as connection:
        [(indicators,)] = connection.execute("select count(*) from mart.indicators").fetchall()
    assert str(indicators) in done.stdout


def test_the_r_of_the_page_answers(sample_home: Home) -> None:
    program = shutil.which("Rscript")
    if program is None or subprocess.run([program, "-e", "library(duckdb)"], capture_output=True, check=False).returncode:
        pytest.skip("R with its package duckdb is not on this machine")
    [code] = re.findall(r"```r\n(.*?)```", PAGE, re.S)
    done = subprocess.run([program, "-e", code], cwd=sample_home.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Birmingham" in done.stdout
    assert "5.188" in done.stdout


def _plain(cell: Any) -> Any:
    """A value as text or a number of nine digits, so that two writers can be compared."""
    if isinstance(cell, bool) or cell is None:
        return cell
    try:
        return f"{float(cell):.9g}"
    except (TypeError, ValueError):
        return str(cell)
