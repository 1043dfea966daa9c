"""The environment that Prefect and the command line run in: every variable we read, and every Prefect setting we choose.

Refuses to touch a person's own Prefect: its home is inside `EVIDENCE_HOME`, and what a person has set in the environment always wins.
Imports nothing of Prefect: Prefect reads its settings when it is first imported, so `prepare` has to come before that.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from warehouse.home import PROJECT, Home

DEFAULT_PORT = 4200
START_TIMEOUT_SECONDS = 180  # a first start makes the database: 20 s and more on two busy cores
DATASETS_AT_ONCE = 4
WORK_POOL = "evidence"
TAG = "evidence"  # of every deployment of ours, so that those of others on the same server are left alone
TIMEZONE = "Europe/London"


@dataclass(frozen=True)
class Variable:
    """One environment variable that the project reads."""

    name: str
    meaning: str
    default: str
    secret: bool = False

    @property
    def given(self) -> str:
        """What it is set to, '' where it is not; of a secret only that it is set."""
        value = os.environ.get(self.name, "")
        return "set, and not shown" if value and self.secret else value


VARIABLES = (
    Variable("EVIDENCE_HOME", "the one folder where everything is kept", str(PROJECT / "home")),
    Variable("EVIDENCE_CONTACT", "an address that publishers can write to; part of the User-Agent of every request", "none"),
    Variable("EVIDENCE_PERSON", "who accepts changes here; the name you are logged in by otherwise", "the login name"),
    Variable("EVIDENCE_AREA", "the authority whose evidence base this is (GSS code)", "E08000025 (Birmingham)"),
    Variable(
        "EVIDENCE_ALERTS", "the address of the channel that alerts go to (Apprise: slack://…, mailtos://…, jsons://…)", "none", secret=True
    ),
    Variable("EVIDENCE_ALERTS_FILE", "a TOML file of several channels, and of which dataset's owner is told through which", "none"),
    Variable(
        "EVIDENCE_PREFECT_NOTIFY",
        "where Prefect's own automation says what is held or changed: an incoming webhook of Slack, or an address of Apprise",
        "none",
        secret=True,
    ),
    Variable("EVIDENCE_PREFECT_WEBHOOK", "an address that Prefect posts every event of a dataset to, as JSON", "none", secret=True),
    Variable("EVIDENCE_PORT", "the port that `evidence up` tries first; the next free one is taken", str(DEFAULT_PORT)),
    Variable("PREFECT_API_URL", "a Prefect server to use in place of the one that `evidence up` starts", "none"),
    Variable("HTTPS_PROXY", "the proxy that requests to publishers go through", "none"),
    Variable("NO_PROXY", "hosts that are reached without the proxy", "none"),
)


def prefect_settings(home: Home) -> dict[str, str]:
    """Our Prefect settings as environment variables. Every process of ours that runs Prefect gets these, server and worker too."""
    return {
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_HOME": str(home.root / "prefect"),
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_WORKER_WEBSERVER_HOST": "127.0.0.1",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(START_TIMEOUT_SECONDS),
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_LOGGING_LEVEL": "INFO",
        "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    }


def prepare(home: Home, quiet: bool = False) -> None:
    """Put our settings into this process's environment, before Prefect is imported; what is set already stays.

    `quiet` keeps Prefect's log off the terminal (the command line prints its own account); the API keeps the whole of it.
    """
    chosen = prefect_settings(home)
    if quiet:
        chosen["PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL"] = "CRITICAL"
    for name, value in chosen.items():
        os.environ.setdefault(name, value)
    (home.root / "prefect").mkdir(parents=True, exist_ok=True)  # Prefect makes its home, but not the folder above it
    os.environ["EVIDENCE_HOME"] = str(home.root)


def child_environment(home: Home, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a process that we start: ours, with the settings above, the home and the project on its path."""
    environment = {**prefect_settings(home), **(os.environ if given is None else given)}
    paths = [str(PROJECT), *environment.get("PYTHONPATH", "").split(os.pathsep)]
    environment["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(path for path in paths if path))
    environment["EVIDENCE_HOME"] = str(home.root)
    environment.pop("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", None)
    return environment


def preferred_port() -> int:
    """The port to try first. A value that is no port number counts as not set."""
    given = os.environ.get("EVIDENCE_PORT", "")
    return int(given) if given.isdigit() and 0 < int(given) < 65536 else DEFAULT_PORT
