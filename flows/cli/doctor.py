"""`evidence doctor`: is this machine fit to run, and where is everything?"""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from expectations.errors import EvidenceError
from flows.cli.output import EXIT_FAILED, AsJson, console, escaped, facts_table, print_json
from flows.cli.progress import Say, now_and_then, waiting
from warehouse.home import PROJECT, Home

if TYPE_CHECKING:
    from expectations.declaration import Dataset
    from tasks.health import Trouble

LONDON = ZoneInfo("Europe/London")

EXAMPLES = """\
[bold]Examples[/bold]

  evidence doctor

  evidence doctor --archive          hash all that is archived again; takes a minute for 10 GB

  evidence doctor --json | jq '.[] | select(.state != "ok")'
"""
_HASHED = 20  # parts of the archive, at random, where nobody asked for all
_WATCHED = ("prefect", "fastapi", "sqlalchemy", "duckdb", "duckdb-engine", "great-expectations", "pandas", "pyarrow", "pydantic", "typer")
_SANE_CLOCK = (1_767_225_600, 4_102_444_800)  # 2026-01-01 to 2100-01-01
_STATES = {"ok": "[green]ok[/green]", "note": "[cyan]note[/cyan]", "wrong": "[red]wrong[/red]"}


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `ok`, a `note` that explains, or `wrong`, with what to do. `code` is of the catalogue where what is wrong has one."""

    name: str
    state: str
    found: str
    todo: str = ""
    code: str = ""


def doctor(
    archive: Annotated[bool, typer.Option("--archive", help="Hash every archived part again, not a sample.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say whether this machine and the pipeline are fit, and where everything is.

    Python, versions, home, disk, database, archive, locks, outbox, runs that are missing, server, certificates, proxy, clock.
    Exit code 1 where something is wrong; each such finding has a code, explained in docs/errors.md.
    """
    home = Home.from_environment()
    with waiting() as tell:
        findings = list(findings_of(home, archive, tell))
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        shown = facts_table(columns=3)
        for finding in findings:
            todo = f"\n[bold]{escaped(finding.todo)}[/bold]" if finding.todo else ""
            code = f"  [dim]{finding.code}[/dim]" if finding.code else ""
            shown.add_row(_STATES[finding.state], finding.name, escaped(finding.found) + code + todo)
        console().print(shown)
    if any(finding.state == "wrong" for finding in findings):
        raise typer.Exit(EXIT_FAILED)


def findings_of(home: Home, archive: bool = False, tell: Say = lambda text: None) -> Iterator[Finding]:
    """Everything that is looked at, in the order in which a person would."""
    yield _python()
    yield _versions()
    yield _writable(home)
    datasets, finding = _declarations()
    yield finding
    yield _server(home)
    yield from _pipeline(home, datasets, archive, tell)
    yield _certificates()
    yield _proxy()
    yield _clock()
    yield from _environment()


def _pipeline(home: Home, datasets: Sequence[Dataset], archive: bool, tell: Say) -> Iterator[Finding]:
    """The pipeline itself, by `tasks/health.py` and the server: one finding where all is well with a thing, one for each trouble where it is not."""
    if not home.root.is_dir():
        return
    from flows.cli.watch import server_troubles
    from tasks import health
    from tasks.lateness import stands

    now = datetime.now(UTC)
    tell("Reading the calendar")
    try:
        standings = [stands(dataset, home, now.astimezone(LONDON).date()) for dataset in datasets if dataset.state == "verified"]
    except EvidenceError as error:  # the lake
        standings = []
        yield Finding("calendar", "wrong", error.found, error.todo, error.code)
    parts = health.archive_parts(home)
    tell = now_and_then(tell)
    hashed = len(parts) if archive else min(_HASHED, len(parts))
    whole = f"{hashed} of {len(parts)} parts were hashed again and are whole" if parts else "nothing is archived yet"
    yield from _of("disk", _free(home), health.disk(home))
    yield from _of("database", _database(home), health.database(home)) if home.database.exists() else [_no_database(home)]
    yield from _of("archive", whole, health.damaged(home, parts, None if archive else _HASHED, tell))
    yield from _of("locks", "none is held by a process that has died", health.locks(home, now))
    yield from _of("outbox", "no alert waits", health.waiting(home, now))
    yield from _of("looks", "every dataset was looked at when its calendar wanted it", health.not_looked_at(home, standings, now))
    yield from _of("release dates", "the declared dates go on", health.ended_calendars(standings))
    yield _acceptances(home, datasets)
    yield _retention(home, datasets, now)
    told = server_troubles(home, now)
    yield from _of("runs", "the server's runs start and end" if told is not None else "no server to ask", told or ())


def _of(name: str, good: str, troubles: Iterable[Trouble]) -> Iterator[Finding]:
    found = [Finding(name, "wrong", f"{trouble.title}: {trouble.found}", trouble.to_do, trouble.code) for trouble in troubles]
    yield from found or [Finding(name, "ok", good)]


def _acceptances(home: Home, datasets: Sequence[Dataset]) -> Finding:
    """Whether a process died while a person accepted something."""
    from tasks.acceptance import begun

    left = [dataset.id for dataset in datasets if begun(home, dataset.id)]
    if left:
        found = f"not ended: {', '.join(left)}; the next run or `evidence accept` ends it, as a whole or not at all"
        return Finding("acceptances", "note", found, f"evidence run {left[0]}")
    return Finding("acceptances", "ok", "each was ended")


def _retention(home: Home, datasets: Sequence[Dataset], now: datetime) -> Finding:
    """What the next run of each dataset takes out, as its declaration says."""
    from expectations.contract import ACCEPTED
    from tasks.retention import plan

    thinned = [dataset for dataset in datasets if dataset.retention.thins]
    try:
        found = [one for dataset in thinned if (one := plan(dataset, home, ACCEPTED, now.astimezone(LONDON).date()))]
    except EvidenceError as error:  # the lake
        return Finding("retention", "wrong", error.found, error.todo, error.code)
    if found:
        return Finding(
            "retention", "note", "the next run takes out, as declared: " + "; ".join(f"{one.dataset}: {one.said}" for one in found)
        )
    return Finding(
        "retention", "ok", f"nothing to take out; {len(thinned)} of {len(datasets)} datasets are thinned, the others keep every state"
    )


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


def _free(home: Home) -> str:
    try:
        return f"{shutil.disk_usage(home.root).free / 1024**3:,.1f} GB free"
    except OSError as error:
        return str(error.strerror)


def _no_database(home: Home) -> Finding:
    return Finding("database", "note", f"{home.database} is not there yet: nothing has been published", "evidence run --sample")


def _database(home: Home) -> str:
    return f"{home.database} opens, {home.database.stat().st_size / 1024**2:,.1f} MB"


def _declarations() -> tuple[list[Dataset], Finding]:
    """The declarations that can be read, and what is wrong with the others."""
    from expectations.declaration import all_ids, load

    good, wrong = [], []
    for dataset in all_ids():
        try:
            good.append(load(dataset))
        except EvidenceError as error:
            wrong.append(f"{dataset}: {error.found}")
    if wrong:
        return good, Finding("declarations", "wrong", "; ".join(wrong), "evidence check", "declaration.invalid")
    return good, Finding("declarations", "ok", f"{len(good)} datasets are declared and valid")


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
    now = time.time()
    shown = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {datetime.now(LONDON):%H:%M} in London, where the schedules run"
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
