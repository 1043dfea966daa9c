"""The command line as a person starts it, in this process: exit code, stdout, stderr."""

from __future__ import annotations

import sys

import pytest
from cli_said import Evidence, Said

from flows.cli import main
from warehouse.home import Home


@pytest.fixture
def evidence(home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Evidence:
    """`evidence("status", "--json")` in an empty home, on a page of 100 letters."""
    monkeypatch.setenv("EVIDENCE_HOME", str(home.root))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("PREFECT_API_URL", raising=False)

    def call(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["evidence", *arguments])
        code = 0
        try:
            main.main()
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 0 if left.code is None else 1
        printed = capsys.readouterr()
        return Said(code, printed.out, printed.err)

    return call
