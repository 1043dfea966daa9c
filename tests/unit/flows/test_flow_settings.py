"""Our Prefect settings: nothing is sent to anyone, a person's own Prefect is left alone, and what a person sets wins."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from flows import settings
from warehouse.home import PROJECT, Home


def test_nothing_is_sent_to_anyone(home: Home) -> None:
    chosen = settings.prefect_settings(home)
    assert chosen["DO_NOT_TRACK"] == "1"
    assert chosen["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"


def test_a_persons_own_prefect_is_left_alone(home: Home) -> None:
    assert settings.prefect_settings(home)["PREFECT_HOME"] == str(home.root / "prefect")


def test_what_is_set_already_wins(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_LOGGING_LEVEL", "DEBUG")
    monkeypatch.setenv("EVIDENCE_HOME", "elsewhere")
    monkeypatch.setenv("PREFECT_HOME", os.environ["PREFECT_HOME"])
    settings.prepare(home)
    assert os.environ["PREFECT_LOGGING_LEVEL"] == "DEBUG"
    assert os.environ["EVIDENCE_HOME"] == str(home.root)
    assert settings.child_environment(home)["PREFECT_LOGGING_LEVEL"] == "DEBUG"


def test_a_child_finds_the_project_and_the_home_and_logs_in_full(home: Home) -> None:
    given = {"PYTHONPATH": "/somewhere", "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL"}
    environment = settings.child_environment(home, given)
    assert environment["PYTHONPATH"].split(os.pathsep) == [str(PROJECT), "/somewhere"]
    assert environment["EVIDENCE_HOME"] == str(home.root)
    assert "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL" not in environment


@pytest.mark.parametrize(("given", "port"), [("4300", 4300), ("", 4200), ("many", 4200), ("0", 4200), ("70000", 4200)])
def test_a_port_that_is_none_counts_as_not_set(given: str, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVIDENCE_PORT", given)
    assert settings.preferred_port() == port


def test_prefect_knows_each_setting_and_takes_it(home: Home) -> None:
    """A setting whose name Prefect does not know would be passed over in silence."""
    looked_up = (
        "from prefect.settings import get_current_settings as s; s = s();"
        "print(s.server.analytics_enabled, s.server.ephemeral.startup_timeout_seconds, s.server.ephemeral.enabled, s.server.api.host,"
        " s.worker.webserver.host, s.server.ui.show_promotional_content, s.cli.prompt, s.results.persist_by_default,"
        " s.logging.to_api.when_missing_flow, s.logging.level, s.home)"
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
    environment = {**clean, **settings.prefect_settings(home)}
    done = subprocess.run([sys.executable, "-c", looked_up], env=environment, capture_output=True, text=True, check=True)
    timeout = settings.START_TIMEOUT_SECONDS
    expected = f"False {timeout} True 127.0.0.1 127.0.0.1 False False False ignore INFO {home.root / 'prefect'}"
    assert done.stdout.strip() == expected
