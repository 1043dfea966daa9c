"""What docs/access.md shows in Python runs as it stands, in the storage that older clients read."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import duckdb
import pytest

from warehouse.home import PROJECT, Home

PAGE = (PROJECT / "docs" / "access.md").read_text(encoding="utf-8")
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
