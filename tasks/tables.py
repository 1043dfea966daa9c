"""From a declaration to the table that the warehouse knows: landing and publishing see no more of a dataset than this."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from expectations.contract import Contract
from expectations.declaration import Dataset
from expectations.rules import DISCARD_ROWS
from tasks.tidy import MACROS, SQL, sql_of
from warehouse.table import DatasetTable, TableColumn


def table_of(dataset: Dataset, contract: Contract | None = None, folder: Path = SQL) -> DatasetTable:
    """The dataset's table, with fingerprints of its contract and of all that makes the tidy table from the same bytes."""
    return DatasetTable(
        id=dataset.id,
        title=dataset.title,
        columns=tuple(TableColumn(name, column.type, column.meaning, column.unit or "") for name, column in dataset.tidy.columns.items()),
        grain=dataset.tidy.grain,
        delivery=dataset.delivery,
        period=dataset.tidy.period,
        licence=dataset.licence,
        attribution=dataset.attribution,
        why=dataset.why,
        owner=dataset.owner,
        caveats=dataset.caveats,
        known_errors=tuple((error.what, error.until) for error in dataset.known_errors),
        source=dataset.source.kind,
        contract=_fingerprint(json.dumps(contract.as_dict(), sort_keys=True)) if contract else "",
        tidy=recipe(dataset, folder),
    )


def recipe(dataset: Dataset, folder: Path = SQL) -> str:
    """A fingerprint of what makes the tidy table from the same bytes: SQL, macros, raw and tidy columns, how parts are read."""
    declared = dataset.model_dump_json(include={"read", "raw", "tidy"})
    made_by = [sql_of(dataset.id, folder).read_text(encoding="utf-8"), MACROS.read_text(encoding="utf-8"), declared]
    return _fingerprint("\n".join([*made_by, *_discards(dataset)]))


def _discards(dataset: Dataset) -> list[str]:
    """What the declaration says is discarded: the same bytes with other rows left out are another table."""
    kinds = [f"{kind}: {one.do} {one.columns}" for kind, entries in dataset.policy.items() for one in entries if one.do == DISCARD_ROWS]
    rules = [rule.id for rule in dataset.rules if rule.on_failure == DISCARD_ROWS]
    return [*sorted(kinds), *sorted(rules), f"at most {dataset.discard_at_most}"] if kinds or rules else []


def _fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
