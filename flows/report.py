"""The account of a run for people, made from its record alone: one line, and a page of Markdown for Prefect's artifact.

Refuses to know more than the record: the terminal, the artifact and a page made a week later say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flows.settings import TIMEZONE
from tasks.record import DatasetOutcome, RunRecord

_ORDER = ("failed", "held", "landed", "unchanged")
_SIGNS = {"landed": "✅ landed", "unchanged": "✅ unchanged", "held": "⏸️ held", "failed": "❌ failed"}
_SEVERITIES = ("breaking", "warning", "info")
_MOST_CHANGES = 12
_MOST_LETTERS = 60


def summary(outcomes: Sequence[DatasetOutcome]) -> str:
    """'1 held, 4 landed, 1 unchanged'."""
    counts = {status: sum(outcome.status == status for outcome in outcomes) for status in _ORDER}
    return ", ".join(f"{count} {status}" for status, count in counts.items() if count) or "nothing to do"


def reason(outcome: DatasetOutcome) -> str:
    """Why a dataset is held or failed, in one line; '' where it is neither."""
    if outcome.error:
        return f"{outcome.error['title']} [{outcome.error['code']}]: {outcome.error['found']}"
    if outcome.status == "held":
        loud = [change for change in outcome.changes if change["severity"] == "breaking"] or list(outcome.changes)
        return "; ".join(str(change["what"]) for change in loud)
    return ""


def markdown(record: RunRecord) -> str:
    """The whole run as Markdown: the verdict, one row a dataset, then what is wrong and what to do."""
    return "\n".join(_page(record)) + "\n"


def _page(record: RunRecord) -> Iterator[str]:
    yield f"# Run {record.run}: {summary(record.outcomes)}"
    yield ""
    yield f"Started {_local(record.started)}, finished {_local(record.finished)} (London). Source: {record.origin}."
    yield f"{_published(record.published)}"
    yield ""
    yield "| dataset | status | rows | release | changes | steps |"
    yield "|---|---|---:|---|---|---|"
    for outcome in sorted(record.outcomes, key=lambda outcome: _ORDER.index(outcome.status)):
        cells = (
            f"`{outcome.dataset}`",
            _SIGNS[outcome.status],
            f"{outcome.rows:,}" if outcome.rows is not None else "",
            _cut(outcome.release),
            _counted(outcome.changes),
            ", ".join(f"{step} {seconds:.1f} s" for step, seconds in outcome.steps.items()),
        )
        yield "| " + " | ".join(_cell(cell) for cell in cells) + " |"
    for outcome in record.outcomes:
        yield from _section(outcome)


def _section(outcome: DatasetOutcome) -> Iterator[str]:
    loud = [change for change in outcome.changes if change["severity"] in ("breaking", "warning")]
    if outcome.good and not loud and not outcome.warnings:
        return
    yield ""
    yield f"## {outcome.dataset}: {outcome.status}"
    if outcome.status == "held":
        yield ""
        yield "The snapshot is archived and not landed; the last good table stays in place."
        yield f'Look: `evidence changes {outcome.dataset}`. Accept: `evidence accept {outcome.dataset} --reason "…"`.'
    if outcome.error:
        yield ""
        yield f"**{_text(outcome.error['title'])}** (`{outcome.error['code']}`)"
        yield ""
        for name in ("where", "expected", "found", "to_do"):
            if outcome.error.get(name):
                yield f"- {name.replace('_', ' ')}: {_text(outcome.error[name])}"
    yield from _changes(outcome.changes)
    yield from _failed_checks(outcome.checks)
    if outcome.warnings:
        yield ""
        yield from (f"- note: {_text(warning)}" for warning in outcome.warnings)


def _changes(changes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not changes:
        return
    ordered = sorted(changes, key=lambda change: _SEVERITIES.index(change["severity"]))
    yield ""
    yield "| severity | change | what |"
    yield "|---|---|---|"
    for change in ordered[:_MOST_CHANGES]:
        yield f"| {change['severity']} | `{change['kind']}` | {_cell(change['what'])} |"
    if len(ordered) > _MOST_CHANGES:
        yield f"| | | and {len(ordered) - _MOST_CHANGES} more |"


def _failed_checks(checks: Mapping[str, Any]) -> Iterator[str]:
    failed = [result for result in checks.get("results", ()) if not result.get("success", True)]
    if not failed:
        return
    yield ""
    yield "| rule that does not hold | severity | rows | because |"
    yield "|---|---|---:|---|"
    for result in failed:
        rows = result.get("unexpected_count")
        yield f"| {_cell(result.get('sentence'))} | {result.get('severity', '')} | {'' if rows is None else rows} | {_cell(result.get('because'))} |"


def _published(published: Mapping[str, Any] | None) -> str:
    if not published:
        return "Nothing was published."
    if "error" in published:
        return f"**The database was not published**: {_text(published['error'].get('found', ''))}. Readers keep the last one."
    return "The database was published."


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_LETTERS else f"{text[: _MOST_LETTERS - 1]}…"


def _counted(changes: Sequence[Mapping[str, Any]]) -> str:
    counts = {severity: sum(change["severity"] == severity for change in changes) for severity in _SEVERITIES}
    return ", ".join(f"{count} {severity}" for severity, count in counts.items() if count)


def _local(time: str) -> str:
    return f"{datetime.fromisoformat(time).astimezone(ZoneInfo(TIMEZONE)):%d %b %Y %H:%M:%S}"


def _cell(text: Any) -> str:
    """A text as a cell: one line, its own bars and markup shown as they are."""
    return _text("" if text is None else str(text)).replace("|", "\\|")


def _text(text: Any) -> str:
    """A text that arrived, on one line, as text: it must not become a link, an image or HTML in the page."""
    kept = " ".join(str(text).split())
    for sign in "\\<>[]!":
        kept = kept.replace(sign, "\\" + sign if sign != "<" else "&lt;")
    return kept
