"""`evidence doctor`: is this machine fit to run, and where is everything?"""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import typer

from flows.cli.output import EXIT_FAILED, AsJson, console, escaped, facts_table, print_json
from warehouse.home import PROJECT, Home

EXAMPLES = """\
[bold]Examples[/bold]

  evidence doctor

  evidence doctor --json | jq '.[] | select(.state != "ok")'
"""
_LEAST_FREE = 2 * 1024**3
_WATCHED = ("prefect", "fastapi", "sqlalchemy", "duckdb", "duckdb-engine", "great-expectations", "pandas", "pyarrow", "pydantic", "typer")
_SANE_CLOCK = (1_767_225_600, 4_102_444_800)  # 2026-01-01 to 2100-01-01
_STATES = {"ok": "[green]ok[/green]", "note": "[cyan]note[/cyan]", "wrong": "[red]wrong[/red]"}


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `ok`, a `note` that explains, or `wrong`, with what to do."""

    name: str
    state: str
    found: str
    todo: str = ""


def doctor(as_json: AsJson = False) -> None:
    """Say whether this machine is fit, and where everything is.

    Python, versions, home, disk, database, server, certificates, proxy, clock. Exit code 1 where something is wrong.
    """
    home = Home.from_environment()
    findings = list(findings_of(home))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        shown = facts_table(columns=3)
        for finding in findings:
            todo = f"\n[bold]{escaped(finding.todo)}[/bold]" if finding.todo else ""
            shown.add_row(_STATES[finding.state], finding.name, escaped(finding.found) + todo)
        console().print(shown)
    if any(finding.state == "wrong" for finding in findings):
        raise typer.Exit(EXIT_FAILED)


def findings_of(home: Home) -> Iterator[Finding]:
    """Everything that is looked at, in the order in which a person would."""
    yield _python()
    yield _versions()
    yield _writable(home)
    yield _disk(home)
    yield _database(home)
    yield _declarations()
    yield _server(home)
    yield _certificates()
    yield _proxy()
    yield _clock()
    yield from _environment()


def _python() -> Finding:
    found = f"{sys.version.split()[0]}, {sys.executable}"
    good = sys.version_info >= (3, 11)
    return Finding(
        "Python", "ok" if good else "wrong", found, "" if good else "Install Python 3.11 or later and make the environment anew."
    )


def _versions(lock: Path = PROJECT / "requirements.lock") -> Finding:
    """Versions against the lock: an environment made without it installs cleanly and dies in its first flow."""
    from importlib import metadata

    if not lock.exists():
        return Finding("versions", "note", "no requirements.lock beside the project: nothing to hold the installed versions against")
    locked = dict(re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", lock.read_text(encoding="utf-8"), flags=re.MULTILINE))
    differing = []
    for name in _WATCHED:
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            installed = "not installed"
        if installed != locked.get(name, installed):
            differing.append(f"{name} {installed}, locked {locked[name]}")
    if differing:
        return Finding("versions", "wrong", "; ".join(differing), "Make the environment anew from requirements.lock.")
    shown = ", ".join(f"{name} {metadata.version(name)}" for name in ("prefect", "duckdb", "great-expectations"))
    return Finding("versions", "ok", f"{shown} and the others are those of requirements.lock")


def _writable(home: Home) -> Finding:
    trial = home.root / f".doctor-{os.getpid()}"
    try:
        home.root.mkdir(parents=True, exist_ok=True)
        trial.write_bytes(b"written")
        trial.unlink()
    except OSError as error:
        return Finding("home", "wrong", f"{home.root}: {error.strerror}", "Set EVIDENCE_HOME to a folder that you may write to.")
    return Finding("home", "ok", f"{home.root} is writable")


def _disk(home: Home) -> Finding:
    try:
        free = shutil.disk_usage(home.root).free
    except OSError as error:
        return Finding("disk", "wrong", str(error))
    state = "ok" if free >= _LEAST_FREE else "wrong"
    todo = "" if state == "ok" else "Make room: a publish needs the size of the database twice."
    return Finding("disk", state, f"{free / 1024**3:,.1f} GB free", todo)


def _database(home: Home) -> Finding:
    from expectations.errors import EvidenceError
    from flows.cli.database import published

    if not home.database.exists():
        return Finding("database", "note", f"{home.database} is not there yet: nothing has been published", "evidence run --sample")
    try:
        with published(home) as connection:
            counted = connection.execute("select count(*) from duckdb_tables() where not internal").fetchone()
    except EvidenceError as error:
        return Finding("database", "wrong", error.found, "Publish anew with: evidence run")
    size = home.database.stat().st_size / 1024**2
    return Finding("database", "ok", f"{home.database}, {size:,.1f} MB, {counted[0] if counted else 0} tables")


def _declarations() -> Finding:
    from expectations.declaration import all_ids, load
    from expectations.errors import EvidenceError

    wrong = []
    for dataset in all_ids():
        try:
            load(dataset)
        except EvidenceError as error:
            wrong.append(f"{dataset}: {error.found}")
    if wrong:
        return Finding("declarations", "wrong", "; ".join(wrong), "evidence check")
    return Finding("declarations", "ok", f"{len(all_ids())} datasets are declared and valid")


def _server(home: Home) -> Finding:
    from flows import server

    configured = os.environ.get("PREFECT_API_URL")
    if configured:
        answers = server.healthy(configured)
        return Finding(
            "Prefect", "ok" if answers else "wrong", f"{configured} {'answers' if answers else 'does not answer'} (PREFECT_API_URL)"
        )
    state = server.running(home)
    if state is None:
        return Finding("Prefect", "note", "no server is up: `evidence run` starts a temporary one", "evidence up")
    if not server.healthy(state.api):
        return Finding("Prefect", "wrong", f"{state.url} does not answer", "evidence down, then evidence up")
    worker = state.process("worker")
    if worker is None:
        return Finding("Prefect", "wrong", f"{state.url} is up, but its worker has ended: no schedule is served", "evidence up")
    return Finding("Prefect", "ok", f"{state.url} is up, with its worker")


def _certificates() -> Finding:
    """The fetcher trusts what the system trusts, so that an inspecting proxy of a council is trusted too."""
    import ssl

    paths = ssl.get_default_verify_paths()
    places = [place for place in (paths.cafile, paths.capath) if place and Path(place).exists()]
    overridden = [f"{name}={os.environ[name]}" for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)]
    if not places:
        return Finding("certificates", "wrong", "the system's store of certificates is not where OpenSSL looks", "Install ca-certificates.")
    return Finding(
        "certificates", "ok", "those of the system: " + ", ".join(places) + (f" ({', '.join(overridden)})" if overridden else "")
    )


def _proxy() -> Finding:
    from urllib.parse import urlsplit

    given = os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy")
    if not given:
        return Finding("proxy", "ok", "none: publishers are reached directly")
    # A proxy's address may hold a password; only host and port are shown.
    parts = urlsplit(given if "//" in given else f"//{given}")
    return Finding("proxy", "ok", f"requests go through {parts.hostname}:{parts.port}")


def _clock() -> Finding:
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    now = time.time()
    shown = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {datetime.now(ZoneInfo('Europe/London')):%H:%M} in London, where the schedules run"
    sane = _SANE_CLOCK[0] < now < _SANE_CLOCK[1]
    return Finding(
        "clock", "ok" if sane else "wrong", shown, "" if sane else "Set the clock: schedules, certificates and vintages depend on it."
    )


def _environment() -> Iterator[Finding]:
    from flows.settings import VARIABLES

    for variable in VARIABLES:
        if not variable.name.startswith("EVIDENCE_"):
            continue
        given = variable.given
        yield Finding(variable.name, "ok" if given else "note", f"{given or 'not set, so ' + variable.default}: {variable.meaning}")
