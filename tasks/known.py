"""Known errors of a source: no alarm until their day, said once when the source has mended them, and an alarm again when the day is past.

Refuses to call mended what nobody looked for: an error that shows only against the landed table is seen when it comes, and never seen to go.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import duckdb

from expectations.change import AGAINST_LANDED, OF_A_RUN, Change
from expectations.declaration import Dataset
from expectations.policies import KnownError
from expectations.rules import SuiteResult
from expectations.shape import Shape
from tasks.atomic import replace_json
from tasks.changes import Observed, first_sight
from tasks.discard.rows import EARLIER
from tasks.policy import Graded, known_error
from warehouse.home import Home

FIRST_SIGHT = {"test_rows", "table_repeated", "area_doubled", "key_duplicated"}  # kinds that a table shows by itself
KIND = "source_mended"


@dataclass(frozen=True)
class Still:
    """What is to be said: changes (in the JSON form of a run record) for what was mended, warnings for what is overdue."""

    mended: tuple[Mapping[str, Any], ...] = ()
    overdue: tuple[str, ...] = ()


def follow(
    dataset: Dataset,
    home: Home,
    graded: Sequence[Graded],
    shape: Shape,
    checked: SuiteResult,
    connection: duckdb.DuckDBPyConnection,
    today: date | None = None,
) -> Still:
    """Note which known errors were there in what has just landed (tables `arrived` and `tidy`), and what to say of those that went or stay."""
    if not dataset.known_errors:
        return Still()
    today = today or datetime.now(UTC).date()
    before = _read(home, dataset.id)
    now: dict[str, dict[str, Any]] = {}
    mended, overdue = [], []
    seen = _Seen(dataset, graded, shape, checked, connection)
    for error in dataset.known_errors:
        there, known = seen.there(error), before.get(error.what, {})
        if there is None:
            continue
        since = known.get("since") or today.isoformat()
        now[error.what] = {"there": there, "since": since if there or known else "", "looked": today.isoformat()}
        if known.get("there") and not there:
            mended.append(_mended(error, since))
        if there and (error.query or error.rule) and error.expired(today):
            overdue.append(f"known error of the source until {error.until}, still there: {error.what}")
    if now:
        replace_json(home.known_errors(dataset.id), {"dataset": dataset.id, "errors": now})
    return Still(tuple(mended), tuple(overdue))


@dataclass(frozen=True)
class _Seen:
    """What there is to tell by whether an error is there."""

    dataset: Dataset
    graded: Sequence[Graded]
    shape: Shape
    checked: SuiteResult
    connection: duckdb.DuckDBPyConnection

    def there(self, error: KnownError) -> bool | None:
        """Whether the error is there; None where that cannot be told."""
        if error.rule:
            judged = [one for one in self.checked.results if error.breaks(one.because)]
            return any(not one.success for one in judged) if judged else None
        if error.query:
            query = error.query.replace("{table}", "tidy").rstrip("; \n")
            found = self.connection.execute(f"select count(*) from ({query}\n)").fetchone()
            return bool(found and found[0])
        return self._shows(error) if error.kind else None

    def _shows(self, error: KnownError) -> bool | None:
        shown = [one.change for one in self.graded if known_error(one.change, self.dataset) is error]
        if any(change.evidence.get("in") != EARLIER for change in shown):
            return True
        if error.kind in FIRST_SIGHT:
            changes = first_sight(self.connection, Observed(self.shape, "arrived"))
            return any(known_error(change, self.dataset) is error for change in changes)
        return None if error.kind in AGAINST_LANDED else False


def _mended(error: KnownError, since: str) -> Mapping[str, Any]:
    what = f"The source mended: {error.what.rstrip('.')}."
    change = Change(KIND, OF_A_RUN[KIND][1], what, evidence={"known_until": error.until, "first_seen": since}, subject=error.what)
    return {**change.as_dict(), "action": "evolve", "because": "the known error can be taken out of the declaration"}


def _read(home: Home, dataset: str) -> dict[str, dict[str, Any]]:
    try:
        return dict(json.loads(home.known_errors(dataset).read_text(encoding="utf-8"))["errors"])
    except (OSError, ValueError, KeyError):
        return {}
