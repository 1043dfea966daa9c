"""Telling people: at the end of a run, what opened and what closed goes into the book, into the outbox, and out through the channels.

The run itself sends, so that an alert depends on no other service. Refuses to fail a run: what goes wrong here becomes a warning in its record.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from expectations import contract as contracts
from expectations.declaration import Dataset
from expectations.errors import EvidenceError
from expectations.place import home_place
from tasks.alert import outbox
from tasks.alert.book import DATABASE, Alert, Book, keeping
from tasks.alert.channels import Channels, load_channels
from tasks.alert.message import Background, compose
from tasks.alert.state import News, follow
from tasks.alert.together import Told, compose_together, grouped
from tasks.record import DatasetOutcome, RunRecord, read_hold, read_record, write_record
from warehouse.dependence import dependants
from warehouse.home import Home
from warehouse.lake import vintages

TOLD_ORIGIN = "live"  # the sample, a replay and a rehearsal tell nobody
_LOG = logging.getLogger("evidence")


def tell(record: RunRecord, datasets: Sequence[Dataset], home: Home, accepted: Path) -> RunRecord:
    """Tell people what a run has to tell. The record; where telling went wrong, with a warning, and written again. Never raises.

    `accepted` is the folder of contracts.
    """
    if record.origin != TOLD_ORIGIN:
        return record
    try:
        trouble = _tell(record, datasets, home, accepted)
    except EvidenceError as error:
        trouble = {outcome.dataset: f"alerts: {error.found} [{error.code}]" for outcome in record.outcomes}
    except Exception as error:  # the data has landed: whatever happens here must not look as if it had not
        # The error's own text may hold an address with its password; where it happened does not.
        _LOG.error("alerts: not foreseen: %s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
        trouble = {outcome.dataset: f"alerts: not foreseen: {type(error).__name__}" for outcome in record.outcomes}
    if not trouble:
        return record
    outcomes = tuple(_warned(outcome, trouble.get(outcome.dataset, "")) for outcome in record.outcomes)
    record = replace(record, outcomes=outcomes)
    try:
        write_record(record, home)
    except (EvidenceError, OSError) as error:
        _LOG.error("alerts: the record of run %s could not take a warning: %s", record.run, error)
    return record


def _tell(record: RunRecord, datasets: Sequence[Dataset], home: Home, accepted: Path) -> dict[str, str]:
    """dataset -> what went wrong in telling of it."""
    trouble: dict[str, str] = {}
    try:
        channels = load_channels()
    except EvidenceError as error:
        channels = Channels()
        trouble = {outcome.dataset: f"alerts: {error.found} [{error.code}]" for outcome in record.outcomes}
    now = datetime.now(UTC)
    declared = {dataset.id: dataset for dataset in datasets}
    sent: dict[str, list[str]] = {}  # message -> datasets
    with keeping(home, now) as book:
        found = [follow(book, outcome, record.run, now, _accepted(outcome, accepted)) for outcome in _outcomes(record)]
        told = [Told(_with_changes(news, home), background_of(declared.get(news.outcome.dataset), home)) for news in found if news]
        routes = {one.background.owner: tuple(channel.name for channel in channels.of(one.background.owner)) for one in told}
        for group in grouped(told, dict(routes)):
            message = _write(group, book, record.run, channels, home, now)
            sent[message] = [one.news.outcome.dataset for one in group]
    if not channels.channels:
        return trouble
    done = outbox.flush(home, channels)
    for entry in outbox.entries(home):
        for dataset in sent.get(entry.message.id, []) if entry.channel in done.failed else []:
            trouble[dataset] = f"alert {entry.message.id} waits: channel {entry.channel} did not take it ({done.failed[entry.channel]})"
    return trouble


def _outcomes(record: RunRecord) -> list[DatasetOutcome]:
    """The outcomes, and that of the publish as one more."""
    outcomes = list(record.outcomes)
    if record.published is not None:
        error = record.published.get("error")
        outcomes.append(DatasetOutcome(DATABASE, "failed" if error else "landed", error=error))
    return outcomes


def _write(group: Sequence[Told], book: Book, run: str, channels: Channels, home: Home, now: datetime) -> str:
    """Put the message of this news into the outbox, before the book says that it was: its id."""
    first = group[0]
    to = channels.of(first.background.owner)
    message = compose(first.news, first.background, run) if len(group) == 1 else compose_together(group, run)
    outbox.put(message, to, home, now)
    for alert in [opening.alert for one in group for opening in one.news.opened]:
        # Without a channel nobody was told: the first run that has one tells it.
        book.put(replace(alert, message=message.id if to else "", told={}))
    for alert in [alert for one in group for alert in one.news.closed]:
        book.put(replace(alert, message=message.id))
    return message.id


def _with_changes(news: News, home: Home) -> News:
    """News whose outcome has the evidence: an alert that waited for a channel is told from the record of the run that last saw it."""
    late: list[Alert] = [one.alert for one in news.opened if one.alert.severity != "failure"]
    if not late or news.outcome.changes:
        return news
    record = read_record(late[0].run, home)
    seen = next((one for one in record.outcomes if one.dataset == news.outcome.dataset), None) if record else None
    return replace(news, outcome=replace(news.outcome, changes=seen.changes)) if seen else news


def background_of(dataset: Dataset | None, home: Home) -> Background:
    """What a message needs to know of a dataset beside the outcome: what it is for, what is in service, what rests on it."""
    if dataset is None:
        return Background("the published database")
    landed = vintages(home, dataset.id)
    last = landed[-1] if landed else None
    hold = read_hold(home, dataset.id)
    return Background(
        title=dataset.title,
        why=dataset.why,
        owner=dataset.owner,
        last_landed=last.landed_at if last else "",
        last_rows=last.rows if last else None,
        last_release=last.release if last else "",
        held_since=hold.since if hold else "",
        place=home_place().name,
        rests_on_it=_rests_on(dataset.id),
    )


def _rests_on(dataset: str) -> tuple[tuple[str, str], ...]:
    """What is built on a dataset. A definition that cannot be read is told where it is used, and must not keep an alert from being sent."""
    try:
        return tuple((one.kind, one.title if one.kind != "table" else one.name) for one in dependants(dataset))
    except EvidenceError:
        return ()


def _accepted(outcome: DatasetOutcome, folder: Path) -> tuple[str, str] | None:
    """Who accepted the snapshot that has just landed, and why."""
    if not outcome.good or "land" not in outcome.steps:
        return None
    contract = contracts.load(outcome.dataset, folder)
    return (contract.accepted_by, contract.reason) if contract and contract.snapshot == outcome.snapshot else None


def _warned(outcome: DatasetOutcome, warning: str) -> DatasetOutcome:
    return replace(outcome, warnings=(*outcome.warnings, warning)) if warning else outcome
