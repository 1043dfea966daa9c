"""Accept what a source has become: in parts, each with its person and reason, or as a whole; the last part lands and writes the contract, or neither.

What waits is the held snapshot, or, where nothing is held, what has landed and differs from the contract still. Refuses to accept nothing, and to
accept without a reason. Never commits: the contract is a file of the checkout that a person reviews in git.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from expectations import contract as contracts
from expectations.change import AGAINST_LANDED
from expectations.contract import Acceptance, Contract
from expectations.declaration import Dataset
from expectations.errors import EvidenceError
from tasks import acceptance, archive
from tasks.alert.decline import enter_accepted
from tasks.decisions import accepted_parts, remember
from tasks.examine import examine
from tasks.pipeline import Job, conclude, ingest
from tasks.record import DatasetOutcome, Hold, RunRecord, read_hold, read_holds, read_records, read_status, write_hold
from tasks.replay import from_archive
from tasks.snapshot import Snapshot
from warehouse.engine import engine
from warehouse.home import Home
from warehouse.lake import vintages

_RUNS_LOOKED_AT = 200
_NAMED = 5  # reasons that an error names
_SHOWN = 4  # cells of the example that it shows
_LONGEST = 120  # letters of a rule that is said whole


@dataclass(frozen=True)
class Waiting:
    """What waits for a person: the changes of a held snapshot, or of what has landed and is not accepted yet."""

    dataset: str
    snapshot: str
    held: bool
    changes: tuple[Mapping[str, Any], ...]

    @property
    def open(self) -> tuple[Mapping[str, Any], ...]:
        """The changes that nobody has accepted."""
        return tuple(change for change in self.changes if change.get("action") != "accepted")


@dataclass(frozen=True)
class Part:
    """What came of accepting single changes. `rest` still waits; `path` and `record` are there where nothing did."""

    dataset: str
    accepted: tuple[Acceptance, ...]
    rest: tuple[Mapping[str, Any], ...] = ()
    path: Path | None = None
    record: RunRecord | None = None


def waiting(home: Home, dataset: str) -> Waiting | None:
    """What waits for a person of this dataset; None where nothing does."""
    hold = read_hold(home, dataset)
    if hold:
        return Waiting(dataset, hold.snapshot, True, _holding(hold))
    landed = vintages(home, dataset)
    newest = _newest(home, dataset, landed[-1].snapshot) if landed else ()
    return Waiting(dataset, landed[-1].snapshot, False, newest) if newest else None


def find(home: Home, names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What to accept, by dataset: ids of its changes, () for all of it. Raises `accept.unknown_change` for an id that waits nowhere."""
    found: dict[str, tuple[str, ...]] = {name: () for name in names if "." in name}
    wanted = [name for name in names if "." not in name]
    if not wanted:
        return found
    held = [hold.dataset for hold in read_holds(home)]
    for dataset in dict.fromkeys([*held, *read_status(home)]):  # what is held is what is asked for most
        ids = {str(change["id"]) for change in (_open(home, dataset) if wanted else ())}
        chosen = tuple(name for name in wanted if name in ids)
        if chosen:
            found.setdefault(dataset, chosen)
            wanted = [name for name in wanted if name not in chosen]
    if wanted:
        raise EvidenceError("accept.unknown_change", found=", ".join(wanted), expected="a dataset, or the ids of changes that wait")
    return found


def to_be_accepted(change: Mapping[str, Any]) -> bool:
    """Whether a change has landed and the contract does not say it yet: it is told in each run's record until a person accepts it."""
    return (
        change.get("action") in ("evolve", "accepted")
        and change["severity"] in ("warning", "breaking")
        and change["kind"] not in AGAINST_LANDED
        and not _by_contract(change)
    )


def accept(dataset: Dataset, job: Job, reason: str, person: str) -> tuple[Path, RunRecord]:
    """Accept all that waits of a dataset as its contract, and land it. Returns the contract's file and the record of the landing.

    Raises `accept.nothing_held`, `accept.no_reason`, and `accept.not_landed`, which leaves contract and hold as they were.
    """
    _refuse_unsaid(dataset.id, reason, person)
    acceptance.recover(dataset, job.home, job.accepted, job.sql)
    with acceptance.alone(job.home, dataset.id):
        found = waiting(job.home, dataset.id)
        if found is None:
            raise EvidenceError("accept.nothing_held", found="nothing is held", expected="a held snapshot", dataset=dataset.id)
        alarms = [change for change in found.open if change["severity"] != "info"]
        return _settle(dataset, job, found, _acceptances(found, alarms, reason, person), reason.strip(), person.strip())


def accept_part(dataset: Dataset, job: Job, ids: Sequence[str], reason: str, person: str) -> Part:
    """Accept single changes of a dataset. While others hold its snapshot it stays held, and what was accepted is remembered.

    Raises `accept.unknown_change`, `accept.no_reason`, and `accept.not_landed`, which leaves contract and hold as they were.
    """
    _refuse_unsaid(dataset.id, reason, person)
    acceptance.recover(dataset, job.home, job.accepted, job.sql)
    with acceptance.alone(job.home, dataset.id):
        return _accept_part(dataset, job, ids, reason, person)


def _accept_part(dataset: Dataset, job: Job, ids: Sequence[str], reason: str, person: str) -> Part:
    found = waiting(job.home, dataset.id)
    chosen = [change for change in found.changes if change["id"] in ids] if found else []
    unknown = sorted(set(ids) - {change["id"] for change in chosen})
    if found is None or unknown:
        there = ", ".join(f"{change['id']} ({change['kind']})" for change in found.open) if found else "nothing; nothing waits"
        raise EvidenceError("accept.unknown_change", found=", ".join(unknown), expected=f"of {there}", dataset=dataset.id)
    accepted = _acceptances(found, chosen, reason, person)
    rest = tuple(change for change in found.open if change["id"] not in ids)
    if not rest and contracts.load(dataset.id, job.accepted) is not None:
        path, record = _settle(dataset, job, found, accepted, reason.strip(), person.strip())
        return Part(dataset.id, accepted, (), path, record)
    remember(job.home, dataset.id, accepted)
    enter_accepted(job.home, dataset.id, accepted)
    if found.held:
        _mark(job, dataset.id, {one.change: one for one in accepted})
    return Part(dataset.id, accepted, rest)


def _settle(dataset: Dataset, job: Job, found: Waiting, accepted: Sequence[Acceptance], reason: str, person: str) -> tuple[Path, RunRecord]:
    """Land the snapshot under the contract with every acceptance, and write the contract; neither where it does not land."""
    snapshot = archive.load(dataset.id, found.snapshot, job.home)
    parts = {**accepted_parts(job.home, dataset.id), **{one.change: one for one in accepted}}
    before = contracts.load(dataset.id, job.accepted)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    changes = tuple(sorted(parts.values(), key=lambda one: one.at))
    contract = Contract(dataset.id, _shape(dataset, job, snapshot, before), snapshot.id, person, now, _reasons(changes, reason), changes)
    path = contracts.path_of(dataset.id, job.accepted)
    landing = replace(job, fetch=from_archive(snapshot))
    with acceptance.as_it_was(job.home, dataset.id):
        aside = acceptance.put_aside(job.home, contract, path)
        outcome = ingest(dataset, replace(landing, accepted=aside))
        if not outcome.good:
            acceptance.drop(job.home, dataset.id)
            raise _not_landed(dataset, outcome, path)
    acceptance.finish(job.home, dataset.id, path)
    return path, conclude([dataset], landing, (outcome,), now)


def _not_landed(dataset: Dataset, outcome: DatasetOutcome, path: Path) -> EvidenceError:
    """Why the snapshot does not land, though its contract were accepted: what holds it, the rules that fail, or what went wrong."""
    error = outcome.error or {}
    results = outcome.checks.get("results", ()) if error.get("code") == "check.failed" else ()
    reasons = [_rule(result) for result in results if not result["success"] and result["severity"] == "critical"]
    if outcome.status == "held":
        reasons = [f"{change['kind']}: {change['what']}" for change in outcome.changes if change.get("action") == "hold"]
    reasons = reasons or [": ".join(str(error[name]) for name in ("where", "found") if error.get(name)) or str(error.get("title", ""))]
    more = [f"and {len(reasons) - _NAMED} more"] if len(reasons) > _NAMED else []
    heads = {"held": "it is held still", "failed": str(error.get("title", "it failed"))}
    found = "\n".join([f"{heads[outcome.status]} [{error.get('code', 'held')}]", *reasons[:_NAMED], *more])
    return EvidenceError(
        "accept.not_landed", where=str(path), expected="a snapshot that lands under the contract", found=found, dataset=dataset.id
    )


def _rule(result: Mapping[str, Any]) -> str:
    """A rule that failed, in a line: why it must hold, and how many rows break it."""
    count = result.get("unexpected_count")
    broken = "it is not so" if count is None else "1 row breaks it" if count == 1 else f"{count:,} rows break it"
    row = dict(result["rows"][0]) if result.get("rows") else {}
    judged = {name: row[name] for name in (str(result["arguments"].get("column")),) if name in row}
    values = ", ".join(f"{name} {value!r}" for name, value in list({**judged, **row}.items())[:_SHOWN])
    sentence = str(result["sentence"] if len(result["sentence"]) <= _LONGEST else result["because"] or result["sentence"][:_LONGEST])
    return f"{sentence}: {broken}" + (f", such as {values}" if values else "")


def _shape(dataset: Dataset, job: Job, snapshot: Snapshot, before: Contract | None) -> Any:
    """The snapshot's shape as it lands: without the rows that its policies discard."""
    scratch = job.home.scratch / f"{job.run}-accept-{dataset.id}"
    landed = vintages(job.home, dataset.id)
    with engine(job.home) as connection:
        try:
            return examine(dataset, job.home, snapshot, landed[-1] if landed else None, before, connection, scratch).shape
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _holding(hold: Hold) -> tuple[Mapping[str, Any], ...]:
    """The changes that hold a snapshot and those accepted already; all of them where it waits for its first contract."""
    return tuple(change for change in hold.changes if change.get("action") in ("hold", "accepted")) or hold.changes


def _open(home: Home, dataset: str) -> tuple[Mapping[str, Any], ...]:
    found = waiting(home, dataset)
    return found.open if found else ()


def _newest(home: Home, dataset: str, snapshot: str) -> tuple[Mapping[str, Any], ...]:
    """What the newest run that looked at the landed snapshot found of it and no contract says."""
    for record in read_records(home, _RUNS_LOOKED_AT):
        for outcome in record.outcomes:
            if outcome.dataset == dataset and outcome.snapshot == snapshot and "examine" in outcome.steps and outcome.good:
                return tuple(change for change in outcome.changes if to_be_accepted(change))
    return ()


def _by_contract(change: Mapping[str, Any]) -> bool:
    """Whether the contract of this very snapshot accepted it, or a policy or habit of the declaration wants it so."""
    return change.get("action") == "evolve" and bool(change.get("because"))


def _acceptances(found: Waiting, changes: Sequence[Mapping[str, Any]], reason: str, person: str) -> tuple[Acceptance, ...]:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return tuple(
        Acceptance(
            str(change["id"]),
            str(change["kind"]),
            str(change["severity"]),
            str(change["what"]),
            person.strip(),
            now,
            reason.strip(),
            found.snapshot,
        )
        for change in changes
    )


def _reasons(changes: Sequence[Acceptance], reason: str) -> str:
    """The reason of the contract: every reason that was given, once."""
    return "; ".join(dict.fromkeys([*(one.reason for one in changes), reason]))


def _mark(job: Job, dataset: str, accepted: Mapping[str, Acceptance]) -> None:
    """Say in the hold which of its changes are accepted."""
    hold = read_hold(job.home, dataset)
    if hold is None:
        return
    changes = [
        {**change, "action": "accepted", "because": accepted[change["id"]].said} if change["id"] in accepted else change
        for change in hold.changes
    ]
    write_hold(job.home, dataset, hold.snapshot, hold.run, changes)


def _refuse_unsaid(dataset: str, reason: str, person: str) -> None:
    if not reason.strip() or not person.strip():
        raise EvidenceError(
            "accept.no_reason", found=f"reason {reason!r}, person {person!r}", expected="a reason and a person", dataset=dataset
        )
