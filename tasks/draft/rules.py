"""The rules that a draft proposes, from what the tidy table holds: codes of areas, periods, small sets, bounds of numbers, how many rows there are.

Each rule holds of the table it was made from, and each could fail of another. Refuses to fix what is free: a set of more than a few values
is no rule, and a bound is never closer than the nature of the unit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

from tasks.draft.plan import Made
from warehouse.table import identifier

FEWEST_ROWS = 0.5  # share of today's rows below which a file is more likely cut than true
MOST_IN_SET = 12
MOST_LETTERS = 110  # of a set on its line
MOST_RULES = 7
_GSS = "^[EWSNKLJM][0-9]{8}$"
_PERIODS = {  # pattern -> of labels such as
    "^[0-9]{4}$": "2024",
    "^[0-9]{4}/[0-9]{2}$": "2023/24",
    "^[0-9]{4}-[0-9]{2}$": "2023-24, 2024-04",
    "^[0-9]{4}/[0-9]{2} [A-Z0-9]+$": "2023/24 T1",
    "^[0-9]{4} Week [0-9]{1,2}$": "2023 Week 7",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$": "2024-04-30",
    "^Q[1-4] [0-9]{4}$": "Q1 2024",
    "^[0-9]{4} Q[1-4]$": "2024 Q1",
}
_PROVENANCE = ("source_part", "source_row")


def proposed(connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[Made], grain: Sequence[str]) -> list[dict[str, Any]]:
    """The rules, as a declaration writes them, the most telling first."""
    names = [one.name for one in columns]
    rules = [_area(connection, table), _period(connection, table)] if "area_code" in names else [None, _period(connection, table)]
    rules = [rule if rule and next(iter(rule.values()))["column"] in names else None for rule in rules]
    if "value" in names:
        rules += _values(connection, table)
    rules += [_rows(connection, table)]
    keys = [name for name in grain if name not in ("area_code", "period", *_PROVENANCE)]
    others = [
        one.name
        for one in columns
        if one.type == "VARCHAR" and one.name not in (*keys, "status", "marker", "area_name", "period", "area_code")
    ]
    rules += [_set(connection, table, name) for name in (*keys, *others)]
    if not any(rules[:2]):
        rules += [_filled(connection, table, [one.name for one in columns if one.name not in grain])]
    return [rule for rule in rules if rule][:MOST_RULES]


def _area(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, Any] | None:
    codes = _distinct(connection, table, "area_code", 10**6)
    kinds = sorted({code[:3] for code in codes})
    if not codes or any(len(code) != 9 or not code[1:].isdigit() for code in codes):
        return None
    pattern = f"^({'|'.join(kinds)})[0-9]{{6}}$" if 1 < len(kinds) <= 6 else f"^{kinds[0]}[0-9]{{6}}$" if len(kinds) == 1 else _GSS
    return {
        "expect_column_values_to_match_regex": {"column": "area_code", "regex": pattern, "because": "areas have GSS codes of these kinds"}
    }


def _period(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, Any] | None:
    try:
        labels = _distinct(connection, table, "period", 10**5)
    except duckdb.Error:
        return None  # a table without time
    for pattern in _PERIODS:
        wrong = connection.execute(
            "select count(*) from unnest(?) as t(label) where not regexp_matches(label, ?)", [labels, pattern]
        ).fetchone()
        if labels and wrong == (0,):
            return {"expect_column_values_to_match_regex": {"column": "period", "regex": pattern}}
    return None


def _values(connection: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any] | None]:
    """Bounds by unit: what a percentage can be, what a count can be, else a hundred times what was seen."""
    found = connection.execute(
        f"select unit, min(value), max(value) from {identifier(table)} where value is not null group by unit order by unit nulls last"
    ).fetchall()
    rules: list[dict[str, Any] | None] = []
    for unit, least, most in found[:3]:
        if math.isinf(most) or math.isnan(most):
            continue
        bounds: dict[str, float] = {"min_value": 0} if least >= 0 else {"min_value": -_beyond(-least)}
        bounds["max_value"] = 100 if unit == "percent" and most <= 100 else _beyond(most)
        where = {"where": f"unit = '{unit}'" if unit else "unit is null"} if len(found) > 1 else {}
        rules.append({"expect_column_values_to_be_between": {"column": "value", **bounds, **where}})
    return rules


def _beyond(number: float) -> int:
    """A round number two powers of ten above: what lies past it is more likely an error of the file than a figure."""
    return int(10 ** (max(math.ceil(math.log10(abs(number))) if number else 0, 0) + 2))


def _rows(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, Any] | None:
    counted = connection.execute(f"select count(*) from {identifier(table)}").fetchone()
    least = math.floor((counted[0] if counted else 0) * FEWEST_ROWS)
    because = "fewer than half of the rows of the first file is a file that was cut"
    return {"expect_table_row_count_to_be_between": {"min_value": least, "because": because}} if least else None


def _set(connection: duckdb.DuckDBPyConnection, table: str, name: str) -> dict[str, Any] | None:
    values = _distinct(connection, table, name, MOST_IN_SET + 1)
    if not 1 < len(values) <= MOST_IN_SET or sum(map(len, values)) > MOST_LETTERS:
        return None
    return {"expect_column_values_to_be_in_set": {"column": name, "value_set": values}}


def _filled(connection: duckdb.DuckDBPyConnection, table: str, names: Sequence[str]) -> dict[str, Any] | None:
    for name in names:
        empty = connection.execute(f"select count(*) from {identifier(table)} where {identifier(name)} is null").fetchone()
        if empty == (0,):
            return {"expect_column_values_to_not_be_null": {"column": name}}
    return None


def _distinct(connection: duckdb.DuckDBPyConnection, table: str, name: str, most: int) -> list[str]:
    query = f"select distinct {identifier(name)}::varchar as v from {identifier(table)} where {identifier(name)} is not null order by v limit {most}"
    return [value for (value,) in connection.execute(query).fetchall()]


def column_of(rule: Mapping[str, Any]) -> str:
    """The column that a rule is about; '' where it is about the table."""
    return str(next(iter(rule.values())).get("column", ""))
