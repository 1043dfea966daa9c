"""What a person reads first: bulk changes said once, and the most important change at the top.

Refuses to hide: a summary lists everything that it stands for in its evidence.
"""

from __future__ import annotations

from collections.abc import Sequence

from expectations.change import KINDS, Change, Severity
from expectations.shape import Shape
from tasks.changes.columns import normal_name
from tasks.changes.observed import Alignment
from tasks.changes.words import counted, listed, quoted

MOST = 12  # changes of one comparison; more is a wall of text that nobody reads
BULK = 12  # more columns of one kind and one severity than this are said in one change
_ORDER = list(KINDS)
_FIRST = (
    "not_data",
    "empty",
    "truncated",
    "table_repeated",
    "repeated_release",
    "column_removed",
    "column_renamed",
    "key_duplicated",
    "area_doubled",
    "values_redefined",
)


_OF_COLUMNS = ("column_removed", "column_added", "column_renamed", "column_retyped")
_TOGETHER = (*_OF_COLUMNS, "category_added", "category_removed", "category_renamed", "marker_added", "marker_removed", "unit_rescaled")


def arranged(changes: Sequence[Change], before: Shape, after: Shape, alignment: Alignment) -> list[Change]:
    """The changes with bulk ones summarised, the most important first; each id once."""
    kept = _reshaped(changes, before, after, alignment) or _bulk(changes, before, after)
    by_id: dict[str, Change] = {}
    for change in sorted(kept, key=_rank):
        by_id.setdefault(change.id, change)
    return list(by_id.values())


def brief(changes: Sequence[Change], before: Shape, after: Shape) -> list[Change]:
    """For a person who reads them one under the other: at most `MOST` lines where kinds of one severity can be said together.

    What is least severe is drawn together first. Each summary holds the sentences that it stands for in its evidence.
    """
    told = list(changes)
    while len(told) > MOST:
        groups: dict[tuple[Severity, str], list[Change]] = {}
        for change in told:
            if change.kind in _TOGETHER and not change.evidence.get("summary") and not change.evidence.get("together"):
                groups.setdefault((change.severity, change.kind), []).append(change)
        many = [key for key, group in groups.items() if len(group) > 1]
        if not many:
            break
        kind = min(many, key=lambda key: (-len(groups[key]), key))
        group = groups[kind]
        at = told.index(group[0])
        one = _summary(kind[1], kind[0], group, before, after) if kind[1] in _OF_COLUMNS else _together(group)
        told = [*told[:at], one, *[change for change in told[at:] if change not in group]]
    return told


def _together(group: Sequence[Change]) -> Change:
    """Changes of one kind in several columns: the one that says most in full, the others by column and count."""
    first = max(group, key=lambda change: (bool(change.evidence.get("merged")), _size(change)))
    others = [change for change in group if change is not first]
    named = listed([f"{quoted(change.column)} ({_size(change):,})" if change.column else change.what for change in others], 6)
    what = f"{first.what} The same kind of change in {counted(len(others), 'more column', 'more columns')}: {named}."
    evidence = {
        **first.evidence,
        "together": True,
        "changes": [{"id": change.id, "column": change.column, "what": change.what} for change in group],
    }
    subject = "\x1f".join(sorted(change.id for change in group))
    return Change(first.kind, first.severity, what, first.column, first.before, first.after, evidence, subject)


def _size(change: Change) -> int:
    """Of how many categories, cells or areas a change is."""
    return int(change.evidence.get("count") or change.evidence.get("cells") or len(change.evidence.get("renamed", ())) or 1)


def _rank(change: Change) -> tuple[object, ...]:
    first = _FIRST.index(change.kind) if change.kind in _FIRST else len(_FIRST)
    return (
        -int(change.severity),
        not change.evidence.get("summary", False),
        first,
        not change.evidence.get("home_touched", False),
        _ORDER.index(change.kind),
        change.column or "",
        change.subject,
    )


def _bulk(changes: Sequence[Change], before: Shape, after: Shape) -> list[Change]:
    kept: list[Change] = []
    groups: dict[tuple[str, Severity], list[Change]] = {}
    for change in changes:
        if change.kind in _OF_COLUMNS:
            groups.setdefault((change.kind, change.severity), []).append(change)
        else:
            kept.append(change)
    for (kind, severity), group in groups.items():
        kept += [_summary(kind, severity, group, before, after)] if len(group) > BULK else group
    return kept


def _summary(kind: str, severity: Severity, group: Sequence[Change], before: Shape, after: Shape) -> Change:
    sizes = f"The table went from {len(before.columns):,} to {len(after.columns):,} columns"
    names = [
        change.after if kind == "column_added" else change.before if kind != "column_renamed" else f"{change.before} → {change.after}"
        for change in group
    ]
    if kind == "column_retyped":
        names = [change.column or "" for change in group]
    verb = {
        "column_removed": "are gone",
        "column_added": "are new",
        "column_renamed": "have another name",
        "column_retyped": "hold another type",
    }[kind]
    of = len(after.columns) if kind == "column_added" else len(before.columns)
    what = f"{sizes}: {counted(len(group), 'column')} of {of:,} {verb}, such as {listed([quoted(name) for name in names], 3)}."
    if kind == "column_renamed" and len(group) >= 0.6 * len(before.columns):
        what = f"Nearly all columns have another name ({len(group)} of {len(before.columns)}), such as {listed([quoted(name) for name in names], 3)}."
    evidence = {
        "summary": True,
        "count": len(group),
        "columns": list(names),
        "columns_before": len(before.columns),
        "columns_after": len(after.columns),
    }
    if kind == "column_renamed":
        evidence["patch"] = {"rename": {str(change.after): str(change.before) for change in group}}
        evidence["because"] = {str(change.before): str(change.evidence.get("because", "")) for change in group}
    return Change(kind, severity, what, None, len(before.columns), len(after.columns), evidence, "\x1f".join(sorted(map(str, names))))


def _reshaped(changes: Sequence[Change], before: Shape, after: Shape, alignment: Alignment) -> list[Change] | None:
    """Wide to long and long to wide, where the column names of the one are categories of the other; None where neither happened."""
    told = _turned(before, after, [column.name for column in before.columns if alignment.later(column.name) is None])
    direction = "wide to long"
    if told is None:
        told = _turned(after, before, [column.name for column in after.columns if alignment.earlier(column.name) is None])
        direction = "long to wide"
    if told is None:
        return None
    column, names = told
    # A key that no longer tells the rows apart is what a turn means, and is not said beside it.
    kept = [
        change
        for change in changes
        if change.kind not in ("column_removed", "column_added", "column_renamed", "column_reordered", "key_duplicated")
        and not (change.kind in ("period_removed", "period_added") and set(change.evidence["periods"]) <= set(names))
    ]
    gone = [change for change in changes if change.kind in ("column_removed", "column_renamed")]
    come = [change for change in changes if change.kind in ("column_added", "column_renamed")]
    rows = f"{len(before.columns)} columns and {before.rows:,} rows became {len(after.columns)} columns and {after.rows:,} rows"
    examples = listed([f"{quoted(name)}" for name in names], 3)
    where = (
        f"what stood in columns of its own ({examples}) now stands in the rows, named in {quoted(column)}"
        if direction == "wide to long"
        else f"what stood in the rows of {quoted(column)} now has columns of its own ({examples})"
    )
    gone_names, come_names = [str(change.before) for change in gone], [str(change.after) for change in come]
    # Columns that are years are told as periods, and are turned as any others are.
    turned = gone_names if direction == "wide to long" else come_names
    turned += [name for name in names if name not in turned]
    summary = Change(
        "column_removed",
        Severity.BREAKING,
        f"The table was turned from {direction}: {rows}; {where}.",
        None,
        gone_names,
        come_names,
        {
            "summary": True,
            "turned": direction,
            "columns": gone_names,
            "named_in": column,
            "rows_before": before.rows,
            "rows_after": after.rows,
        },
        direction,
    )
    added = Change(
        "column_added",
        Severity.WARNING,
        f"With the turn from {direction} {counted(len(come_names), 'column')} came: {listed([quoted(name) for name in come_names], 8)}.",
        None,
        None,
        come_names,
        {"summary": True, "turned": direction, "columns": come_names},
        direction,
    )
    return [summary, added, *kept]


def _turned(wide: Shape, long: Shape, unpaired: Sequence[str]) -> tuple[str, list[str]] | None:
    """(column of the long table that names them, the measures of the wide one that it names), where at least two are named."""
    if long.rows < 1.3 * wide.rows:
        return None
    measures = [name for name in unpaired if (column := wide.column(name)) and column.type in ("integer", "number")]
    for column in long.columns:
        if column.name in {c.name for c in wide.columns} or not column.categories:
            continue
        words = {normal_name(word) for word in column.categories}
        named = [name for name in measures if normal_name(name) in words]
        if len(named) >= 2 or (named and len(measures) >= 4 and len(words) <= 3) or (len(named) >= 2 and len(named) >= 0.5 * len(words)):
            return column.name, named
    return None
