"""One mutation of a table is seen as its own kind, and nothing is said louder than it deserves."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import pytest

from expectations.change import Severity
from tasks.changes import Comparison, Observed, compare
from tasks.shape import observe
from tests.unit.changes.tables import PLACES, Row, panel, put

Mutation = Callable[[list[Row]], list[Row]]


def compared(connection: duckdb.DuckDBPyConnection, before: list[Row], after: list[Row], **options: object) -> Comparison:
    sides = []
    for name, rows in (("earlier", before), ("later", after)):
        put(connection, name, rows)
        sides.append(Observed(observe(connection, name, {}), name))
    return compare(connection, sides[0], sides[1], **options)  # type: ignore[arg-type]


def each(change: Callable[[Row], Row]) -> Mutation:
    return lambda rows: [change(dict(row)) for row in rows]


def renamed(old: str, new: str) -> Mutation:
    return each(lambda row: {new if name == old else name: value for name, value in row.items()})


def without(column: str) -> Mutation:
    return each(lambda row: {name: value for name, value in row.items() if name != column})


def cells(column: str, change: Callable[[str], str]) -> Mutation:
    return each(lambda row: {**row, column: change(row[column] or "")})


def moved(rows: list[Row], every: int, by: float) -> list[Row]:
    return [{**row, "pupils": str(round(int(row["pupils"] or 0) * by))} if place % every == 0 else row for place, row in enumerate(rows)]


S = Severity
MUTATIONS: dict[str, tuple[Mutation, str, Severity]] = {
    "a column dropped": (without("rate"), "column_removed", S.BREAKING),
    "a constant column dropped": (without("version"), "column_removed", S.BREAKING),
    "a column added": (each(lambda row: {**row, "note": "provisional"}), "column_added", S.WARNING),
    "a measure renamed": (renamed("pupils", "headcount"), "column_renamed", S.BREAKING),
    "a filter renamed": (renamed("sex", "gender"), "column_renamed", S.BREAKING),
    "columns reordered": (each(lambda row: dict(reversed(row.items()))), "column_reordered", S.INFO),
    "a measure retyped": (cells("pupils", lambda v: f"about {v}"), "column_retyped", S.BREAKING),
    "a category renamed": (cells("sex", lambda v: "All pupils" if v == "Total" else v), "category_renamed", S.WARNING),
    "blanks at the ends of cells": (cells("la_name", lambda v: f"{v} "), "same", S.SAME),
    "numbers printed with a decimal point": (cells("pupils", lambda v: f"{v}.0"), "same", S.SAME),
    "rows in another order": (lambda rows: rows[::-1], "same", S.SAME),
    "a category removed": (lambda rows: [row for row in rows if row["sex"] != "Total"], "category_removed", S.WARNING),
    "a category added": (
        lambda rows: rows + [{**row, "sex": "Unknown", "pupils": "7", "rate": "0.5"} for row in rows if row["sex"] == "Total"],
        "category_added",
        S.WARNING,
    ),
    "a marker added": (lambda rows: [{**row, "rate": "c"} if i == 4 else row for i, row in enumerate(rows)], "marker_added", S.WARNING),
    "a measure rescaled": (cells("pupils", lambda v: str(int(v) / 1000)), "unit_rescaled", S.BREAKING),
    "per cent to share": (cells("rate", lambda v: f"{float(v) / 100:.4f}"), "unit_rescaled", S.BREAKING),
    "rows printed twice with other values": (lambda rows: [*rows, {**rows[0], "pupils": "1"}], "key_duplicated", S.BREAKING),
    "the table appended twice": (lambda rows: rows + rows, "table_repeated", S.BREAKING),
    "rows lost": (lambda rows: [row for i, row in enumerate(rows) if i % 5], "rows_fell", S.WARNING),
    "no rows": (lambda rows: rows[:0], "empty", S.BREAKING),
    "one value revised": (lambda rows: moved(rows, 20, 1.1), "history_revised", S.INFO),
    "most values moved": (
        lambda rows: [{**row, "pupils": str(9000 - int(row["pupils"] or 0) % 4000 + i)} for i, row in enumerate(rows)],
        "values_redefined",
        S.BREAKING,
    ),
    "an area gone": (lambda rows: [row for row in rows if row["la_name"] != "Walsall"], "area_missing", S.WARNING),
    "an area added": (lambda rows: rows + panel(places=[("E08000009", "Trafford")]), "area_added", S.INFO),
    "an area recoded": (cells("new_la_code", lambda v: "E08000039" if v == PLACES[7][0] else v), "area_recoded", S.BREAKING),
    "a period added": (lambda rows: rows + panel(["202324"]), "period_added", S.INFO),
    "a period removed": (lambda rows: [row for row in rows if row["time_period"] != "202122"], "period_removed", S.WARNING),
    "a window moved on": (lambda rows: [*panel(["202223"]), *panel(["202324"])], "period_removed", S.INFO),
    "thousands separators": (cells("pupils", lambda v: f"{int(v):,}"), "column_retyped", S.BREAKING),
    "test rows": (lambda rows: [*rows, {**rows[0], "new_la_code": None, "la_name": "LA demo"}], "test_rows", S.BREAKING),
}


@pytest.mark.parametrize("name", list(MUTATIONS))
def test_a_mutation_is_seen_as_its_kind_and_nothing_is_louder(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    mutate, kind, severity = MUTATIONS[name]
    rows = panel()
    later = mutate([dict(row) for row in rows])
    if not later:
        put(connection, "earlier", rows)
        connection.execute("create table later as select * from earlier limit 0")
        before, after = (Observed(observe(connection, table, {}), table) for table in ("earlier", "later"))
        result = compare(connection, before, after)
    else:
        result = compared(connection, rows, later)
    told = {change.kind: change for change in result.changes}
    if kind == "same":
        assert result.verdict == Severity.SAME, [change.what for change in result.changes]
        return
    assert kind in told, [(change.kind, change.what) for change in result.changes]
    assert told[kind].severity == severity, told[kind].what
    louder = [change.what for change in result.changes if change.severity > severity]
    assert not louder


def test_a_rename_names_the_old_the_new_and_the_evidence(connection: duckdb.DuckDBPyConnection) -> None:
    result = compared(connection, panel(), renamed("pupils", "headcount")(panel()))
    (change,) = [change for change in result.changes if change.kind == "column_renamed"]
    assert (change.before, change.after) == ("pupils", "headcount")
    assert change.evidence["values_compared"] == change.evidence["values_equal"] == 48
    assert change.evidence["patch"] == {"rename": {"headcount": "pupils"}}


def test_a_new_column_of_other_values_is_no_rename(connection: duckdb.DuckDBPyConnection) -> None:
    after = [
        {**{name: value for name, value in row.items() if name != "rate"}, "rates": str(i * 17 % 991)} for i, row in enumerate(panel())
    ]
    kinds = {change.kind for change in compared(connection, panel(), after).changes}
    assert {"column_removed", "column_added"} <= kinds and "column_renamed" not in kinds


def test_a_column_nobody_relies_on_goes_with_a_warning(connection: duckdb.DuckDBPyConnection) -> None:
    result = compared(connection, panel(), without("rate")(panel()), relied_on={"pupils"})
    assert result.verdict == Severity.WARNING


def test_the_citys_own_cells_come_first_in_a_revision(connection: duckdb.DuckDBPyConnection) -> None:
    after = [
        {
            **row,
            "pupils": str(
                int(row["pupils"] or 0)
                + (
                    3
                    if row["la_name"] == "Birmingham" and row["sex"] == "Boys"
                    else 500
                    if row["la_name"] == "Bolton" and row["sex"] == "Boys"
                    else 0
                )
            ),
        }
        for row in panel()
    ]
    (change,) = [change for change in compared(connection, panel(), after).changes if change.kind == "history_revised"]
    assert change.evidence["home_touched"] and change.evidence["examples"][0]["where"].startswith("Birmingham")
    assert "Birmingham" in change.what


def test_an_id_is_stable_over_runs_and_distinct_between_things(connection: duckdb.DuckDBPyConnection) -> None:
    after = without("version")(renamed("pupils", "headcount")(panel()))
    first = [change.id for change in compared(connection, panel(), after).changes]
    second = [change.id for change in compared(connection, panel(), after).changes]
    assert first == second and len(set(first)) == len(first)


def test_all_columns_renamed_at_once_are_still_recognised(connection: duckdb.DuckDBPyConnection) -> None:
    after = [{name.upper().replace("_", " "): value for name, value in row.items()} for row in panel()]
    result = compared(connection, panel(), after)
    assert {change.kind for change in result.changes if change.severity == Severity.BREAKING} == {"column_renamed"}


def test_wide_turned_to_long_is_said_once(connection: duckdb.DuckDBPyConnection) -> None:
    long = [
        {**{name: row[name] for name in ("time_period", "new_la_code", "la_name", "sex")}, "indicator": name.title(), "value": row[name]}
        for row in panel()
        for name in ("pupils", "rate")
    ]
    result = compared(connection, [{name: value for name, value in row.items() if name != "version"} for row in panel()], long)
    assert result.changes[0].kind == "column_removed" and "wide to long" in result.changes[0].what
    assert sum(change.kind == "column_removed" for change in result.changes) == 1
    assert set(result.changes[0].evidence["columns"]) == {"pupils", "rate"}


def test_the_same_rows_again_are_a_repeated_release_only_for_an_increment(connection: duckdb.DuckDBPyConnection) -> None:
    assert compared(connection, panel(), panel()).verdict == Severity.SAME
    again = compared(connection, panel(), panel(), delivery_kind="increment")
    assert [change.kind for change in again.changes] == ["repeated_release"]


def test_events_of_a_new_month_are_no_alarm(connection: duckdb.DuckDBPyConnection) -> None:
    def month(label: str, crimes: list[str], places: int) -> list[Row]:
        return [
            {
                "Month": label,
                "Crime": crimes[i * 7 % len(crimes)],
                "LSOA code": f"E0100{1000 + i * i % places}",
                "Outcome": ["", "closed", "open"][i % 3] or None,
            }
            for i in range(150)
        ]

    result = compared(
        connection, month("2017-01", ["Burglary", "Robbery", "Arson"], 40), month("2017-12", ["Burglary", "Robbery", "Fraud"], 55)
    )
    assert result.delivery == "increment"
    assert result.verdict == Severity.INFO, [change.what for change in result.changes if change.severity > Severity.INFO]


def test_many_categories_merged_into_one_are_named(connection: duckdb.DuckDBPyConnection) -> None:
    kinds = dict(zip([code for code, _ in PLACES], ["City", "City", "Borough", "Borough", "Town", "Town", "Town", "Town"], strict=True))
    before = [{**row, "kind": kinds[row["new_la_code"] or ""]} for row in panel()]
    after = [{**row, "kind": "District" if row["kind"] != "Town" else "Town"} for row in before]
    (change,) = [change for change in compared(connection, before, after).changes if change.kind == "category_renamed"]
    assert change.evidence["merged"] == {"District": ["City", "Borough"]} or change.evidence["merged"] == {"District": ["Borough", "City"]}
    assert change.evidence["shown_by"][0]["rows"] == 12


def test_an_area_under_two_ids_is_doubled(connection: duckdb.DuckDBPyConnection) -> None:
    once = [{**row, "geography_id": str(1000 + PLACES.index((row["new_la_code"] or "", row["la_name"] or "")))} for row in panel()]
    twice = once + [
        {**row, "geography_id": str(5000 + int(row["geography_id"] or 0))}
        for row in once
        if row["la_name"] in ("Birmingham", "Coventry", "Dudley")
    ]
    told = {change.kind: change for change in compared(connection, once, twice).changes}
    assert told["area_doubled"].severity == Severity.BREAKING
    assert told["area_doubled"].evidence["examples"][0]["code"] == "E08000025"
