"""`evidence run`: fetch, check, land and publish."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from expectations.errors import EvidenceError
from flows.cli.output import EXIT_FAILED, AsJson, console, escaped, print_json, styled, table
from flows.cli.progress import RunProgress, waiting
from warehouse.home import Home

if TYPE_CHECKING:
    from tasks.record import DatasetOutcome, RunRecord

EXAMPLES = """\
[bold]Examples[/bold]

  evidence run --sample                    everything, from the data that ships with the project; no network

  evidence run dfe.pupil_attendance        one dataset, live from its publisher

  evidence run --direct --json             without Prefect, for a script

Exit code 0 where all landed or were unchanged, 1 where something is held or failed, 2 for wrong use.
"""
_STEPS = ("fetch", "examine", "tidy", "check", "land")


def run(
    datasets: Annotated[
        list[str] | None, typer.Argument(help="Datasets, as `evidence datasets` lists them; all where none is given.", show_default=False)
    ] = None,
    sample: Annotated[bool, typer.Option("--sample", help="Use the recorded sources that ship with the project; no network.")] = False,
    direct: Annotated[bool, typer.Option("--direct", help="Run the pipeline in this process, without Prefect.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fetch, check, land and publish datasets.

    Goes through the Prefect server that PREFECT_API_URL names or `evidence up` has started; else through a temporary one.
    What fails or is held leaves its last good table in place, and holds back no other dataset.
    """
    from expectations.declaration import load, verified_ids

    home = Home.from_environment()
    declared = [load(dataset) for dataset in dict.fromkeys(datasets or verified_ids())]
    if not declared:
        raise EvidenceError("declaration.unknown_dataset", found="no declaration", expected="files under expectations/datasets")
    ids = [dataset.id for dataset in declared]
    record = _direct(ids, sample, home) if direct else _through_prefect(ids, sample, home)
    if as_json:
        print_json({**record.as_dict(), "good": record.good, "database": str(home.database), "record": str(home.run(record.run))})
    else:
        print_record(record, home)
    if not record.good or unpublished(record):
        raise typer.Exit(EXIT_FAILED)


def _direct(ids: Sequence[str], sample: bool, home: Home) -> RunRecord:
    """The pipeline as it stands, one dataset after another."""
    progress = RunProgress(ids)
    with waiting() as tell:
        tell("Loading the pipeline")
        from expectations.declaration import load
        from flows.jobs import job_of, outcome_of, record_of
        from tasks.pipeline import Steps
    declared = [load(dataset) for dataset in ids]
    started = datetime.now(UTC).isoformat(timespec="seconds")
    with job_of(home, sample, engine="direct") as job, progress.shown():
        outcomes = tuple(outcome_of(dataset, job, Steps(), progress.tell, report=sys.stderr.write) for dataset in declared)
        progress.tell("", "publish")
        return record_of(declared, job, outcomes, started)


def _through_prefect(ids: Sequence[str], sample: bool, home: Home) -> RunRecord:
    """The flow, in this process; the server that keeps its account is the one configured, the one that is up, or a temporary one."""
    from flows.settings import prepare

    where = _server(home)
    prepare(home, quiet=True)
    progress = RunProgress(ids)
    with waiting() as tell:
        tell("Loading Prefect")
        from flows.ingest import ingest
        from flows.listening import watching

        tell(f"Waiting for Prefect: {where}")
        start_server()
    with watching(progress.tell) as watch, progress.shown():
        state = ingest(list(ids), sample=sample, return_state=True)
    if not watch.records:
        state.result()  # raises what ended the flow
        raise RuntimeError(f"the flow ended as {state.name} without a record: {state.message}")
    return watch.records[-1]


def start_server() -> None:
    """Have Prefect start its temporary server now, where no other is set: the wait is told, and not part of the first step."""
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        client.hello()


def _server(home: Home) -> str:
    """Set the server to use, and say in words which it is. Raises `server.failed` where the one that is configured does not answer."""
    from flows import server

    configured = os.environ.get("PREFECT_API_URL")
    if configured:
        if not server.healthy(configured, timeout=10):
            raise EvidenceError(
                "server.failed", where=configured, expected="an answer of the Prefect server that PREFECT_API_URL names", found="none"
            )
        return f"the server at {configured}"
    state = server.running(home)
    if state and server.healthy(state.api, timeout=10):
        os.environ["PREFECT_API_URL"] = state.api
        return f"the server at {state.url}"
    return "its temporary server is starting (10 to 30 s; `evidence up` keeps one running, `--direct` does without)"


def unpublished(record: RunRecord) -> bool:
    """Whether the publish of this run failed."""
    return bool(record.published and "error" in record.published)


def print_record(record: RunRecord, home: Home) -> None:
    """The end of a run for a person: what landed, what is held and why, how long it took, where it is, what to ask it."""
    from flows.report import reason, summary

    out = console()
    out.print()
    shown = table("dataset", "status", "rows", *_STEPS, right=["rows", *_STEPS])
    for outcome in record.outcomes:
        seconds = [f"{outcome.steps[step]:.1f} s" if step in outcome.steps else "" for step in _STEPS]
        rows = f"{outcome.rows:,}" if outcome.rows is not None else ""
        shown.add_row(f"[bold]{outcome.dataset}[/bold]", styled(outcome.status), rows, *seconds)
    out.print(shown)
    for outcome in record.outcomes:
        _print_reason(outcome, reason(outcome))
    verdict = "[green]good[/green]" if record.good and not unpublished(record) else "[red]not all is well[/red]"
    out.print(f"\n[bold]{summary(record.outcomes)}[/bold]: {verdict}, in {_took(record):.0f} s")
    _print_published(record, home)


def _print_reason(outcome: DatasetOutcome, why: str) -> None:
    out = console()
    if outcome.good and not any(change["severity"] != "info" for change in outcome.changes) and not outcome.warnings:
        return
    out.print()
    out.print(f"{styled(outcome.status)}  [bold]{outcome.dataset}[/bold]  {escaped(why)}")
    if outcome.error:
        facts = {name.replace("_", " "): outcome.error.get(name) for name in ("where", "expected", "to_do")}
        for name, fact in facts.items():
            if fact:
                out.print(f"  [dim]{name}:[/dim] {escaped(fact)}")
    for change in outcome.changes:
        if change["severity"] != "info" and outcome.status != "held":
            out.print(f"  {styled(change['severity'])}: {escaped(change['what'])}")
    for warning in outcome.warnings:
        out.print(f"  [dim]note:[/dim] {escaped(warning)}")
    if outcome.status == "held":
        first = (outcome.error or {}).get("code") == "contract.missing"
        out.print("  It proposes its first contract. Look and decide:" if first else "  The last good table stays. Look and decide:")
        out.print(f"    evidence changes {outcome.dataset}")
        out.print(f'    evidence accept {outcome.dataset} --reason "…"')


def _print_published(record: RunRecord, home: Home) -> None:
    out = console()
    if record.published and "error" in record.published:
        error: dict[str, Any] = record.published["error"]
        out.print(
            f"[red]not published[/red]: {escaped(error.get('found', ''))} [{escaped(error.get('code', ''))}]; readers keep the last database"
        )
    if home.database.exists():
        took = record.published.get("seconds") if record.published else None
        when = f"  [dim]published in {took:.1f} s[/dim]" if took else ""
        out.print(f"\n[bold]database[/bold]  {home.database}{when}", soft_wrap=True)
    if told := (record.published or {}).get("pages"):
        out.print(f"[bold]pages[/bold]     {escaped(told)}", soft_wrap=True)
    out.print(f"[bold]record[/bold]    {home.run(record.run)}", soft_wrap=True)
    queries = _queries(record, home)
    if queries:
        out.print("\nAsk it:")
        for query in queries:
            out.print(f"  evidence sql {_quoted(query)}", soft_wrap=True, markup=False)


def _queries(record: RunRecord, home: Home) -> list[str]:
    """Three questions that this database answers: each is tried before it is shown."""
    from flows.cli.database import ask, published

    tried: list[str] = []
    with suppress(EvidenceError), published(home) as connection:
        for query in (*_first_questions(record), "select dataset, rows, known_from, title from meta.datasets", "show all tables"):
            with suppress(EvidenceError):
                if len(tried) < 3 and ask(connection, query, seconds=5).fetchone() is not None:
                    tried.append(query)
    return tried


def _first_questions(record: RunRecord) -> list[str]:
    """About what has just landed: our area's newest values of one dataset, how far another one reaches."""
    from expectations.declaration import load
    from expectations.place import home_place

    good = [load(outcome.dataset) for outcome in record.outcomes if outcome.good]
    area = home_place().code
    values = [
        dataset for dataset in good if {"area_code", "measure", "period"} <= set(dataset.tidy.grain) and "value" in dataset.tidy.columns
    ]
    spans = [dataset for dataset in reversed(good) if "period" in dataset.tidy.columns]
    asked = []
    for dataset in values[:1]:
        kept = [name for name in dataset.tidy.grain if name in dataset.tidy.columns and name != "area_code"]
        chosen = ", ".join(dict.fromkeys([*kept, "value", "unit"] if "unit" in dataset.tidy.columns else [*kept, "value"]))
        asked.append(f"select {chosen} from {dataset.id} where area_code = '{area}' order by period desc limit 12")
    asked += [f"select period, count(*) as rows from {dataset.id} group by period order by period" for dataset in spans[:1]]
    return asked


def _quoted(query: str) -> str:
    """For the shell: double quotes, because SQL is full of single ones."""
    return '"' + query.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$").replace("`", "\\`") + '"'


def _took(record: RunRecord) -> float:
    return (datetime.fromisoformat(record.finished) - datetime.fromisoformat(record.started)).total_seconds()
