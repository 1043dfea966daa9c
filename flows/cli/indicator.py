"""`evidence show INDICATOR`: what an indicator means, what it is for the home area, beside whom, and where in the city it is highest and lowest.

Judges nothing: definitions, values and comparisons are those of the published file. Refuses nothing: a name that is no indicator is left to others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flows.cli.output import console, escaped, facts_table, print_json, table
from warehouse.home import Home
from warehouse.table import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PERIODS = 8  # newest periods of the home area that are shown
ENDS = 3  # wards shown from either end
_VALUES = """
    select breakdown, period, period_end, value, lower_ci, upper_ci, status from mart.indicator_values
    where indicator = {name} and area_code = mart.home_area() order by period_end desc, breakdown"""
_BESIDE = """
    select breakdown, period, value, country, region, core_cities_median, place_among_core_cities, core_cities, neighbours_median
    from mart.indicator_comparisons where indicator = {name} and (country is not null or region is not null or core_cities > 1)
    qualify period_end = max(period_end) over (partition by breakdown) order by breakdown"""
_WARDS = """
    select area_name, period, value from mart.indicator_values
    where indicator = {name} and area_level = 'ward' and breakdown = 'all' and value is not null
        and area_code in (select to_code from ons.area_lookup where to_level = 'ward')
    qualify period_end = max(period_end) over () order by value desc, area_code"""


def show_indicator(name: str, home: Home, as_json: bool) -> bool:
    """Print an indicator; whether there is one of that name. False too where nothing is published."""
    from flows.cli.database import published

    if not home.database.exists():
        return False
    with published(home) as connection:
        definition = (
            _rows(connection, f"from mart.indicators where indicator = {literal(name)}") if _has(connection, "mart", "indicators") else []
        )
        if not definition:
            return False
        found = {
            **definition[0],
            "breaks": _rows(connection, f"select since, reason from mart.breaks where indicator = {literal(name)} order by since"),
            "values": _rows(connection, _VALUES.format(name=literal(name))),
            "beside": _rows(connection, _BESIDE.format(name=literal(name))),
            # The official lookups name the home area's own wards.
            "wards": _rows(connection, _WARDS.format(name=literal(name))) if _has(connection, "ons", "area_lookup") else [],
        }
    if as_json:
        print_json(found)
    else:
        _print(found)
    return True


def _has(connection: DuckDBPyConnection, schema: str, name: str) -> bool:
    listed = f"select 1 from duckdb_tables() where schema_name = {literal(schema)} and table_name = {literal(name)}"
    return bool(connection.execute(listed).fetchall())


def _rows(connection: DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    found = connection.execute(query)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _print(found: dict[str, Any]) -> None:
    out = console()
    out.print(f"[bold]{found['indicator']}[/bold]  {escaped(found['title'])}")
    out.print(f"{escaped(found['meaning'])}\n")
    facts = facts_table()
    share = f"{found['numerator']} / {found['denominator']}" if found["numerator"] and found["denominator"] else ""
    texts = {
        "counts": share,
        "unit": f"{found['unit']}; better: {found['better']}",
        "areas": found["levels"],
        "interval": found["interval_meaning"],
        "principle": found["principles"],
        "challenge": found["challenges"],
        "from": f"{found['datasets']} ({found['computed_with']})",
        "no values": found["reason"],
    }
    for label, text in texts.items():
        if text:
            facts.add_row(f"[dim]{label}[/dim]", escaped(text))
    facts.add_row("[yellow]caveat[/yellow]", escaped(found["caveats"]))
    for one in found["breaks"]:
        facts.add_row("[yellow]break[/yellow]", f"{one['since']}: {escaped(one['reason'])}")
    out.print(facts)
    _print_values(found)
    _print_beside(found)
    _print_wards(found)


def _print_values(found: dict[str, Any]) -> None:
    """The home area's newest values, one line a period, one column a breakdown where these are few."""
    if not found["values"]:
        return
    breakdowns = sorted({row["breakdown"] for row in found["values"]}, key=lambda name: (name != "all", name))
    periods = list(dict.fromkeys(row["period"] for row in found["values"]))[:PERIODS]
    cells = {(row["period"], row["breakdown"]): _cell(row, found["decimals"]) for row in found["values"]}
    across = len(breakdowns) <= 6
    shown = table("period" if across else "of whom", *(breakdowns if across else periods[:4]), right=[])
    for first in periods if across else breakdowns:
        keys = [(first, name) for name in breakdowns] if across else [(period, first) for period in periods[:4]]
        shown.add_row(escaped(first), *(cells.get(key, "") for key in keys))
    console().print()
    console().print(shown)


def _cell(row: dict[str, Any], decimals: int) -> str:
    if row["value"] is None:
        return f"[dim]{escaped(row['status'])}[/dim]"
    interval = f" [dim]({row['lower_ci']:,.{decimals}f} to {row['upper_ci']:,.{decimals}f})[/dim]" if row["lower_ci"] is not None else ""
    return f"{row['value']:,.{decimals}f}{interval}"


def _print_beside(found: dict[str, Any]) -> None:
    """The newest value of each breakdown beside England, the region, the core cities and the statistical neighbours."""
    if not found["beside"]:
        return
    shown = table("beside others", "period", "here", "England", "region", "core cities", "place", "neighbours")
    for row in found["beside"][:PERIODS]:
        numbers = [
            "" if row[name] is None else f"{row[name]:,.{found['decimals']}f}"
            for name in ("value", "country", "region", "core_cities_median", "neighbours_median")
        ]
        place = f"{row['place_among_core_cities']} of {row['core_cities']}" if row["core_cities"] > 1 else ""
        shown.add_row(escaped(row["breakdown"]), escaped(row["period"]), *numbers[:4], place, numbers[4])
    console().print()
    console().print(shown)
    console().print("[dim]core cities and neighbours: the median; place 1 is the highest value[/dim]")


def _print_wards(found: dict[str, Any]) -> None:
    """The wards with the highest and the lowest values of the newest period."""
    wards = found["wards"]
    if len(wards) <= 2 * ENDS:
        return
    words = [
        ", ".join(f"{escaped(row['area_name'])} {row['value']:,.{found['decimals']}f}" for row in part)
        for part in (wards[:ENDS], wards[-ENDS:])
    ]
    console().print(f"\n{len(wards)} wards, {escaped(wards[0]['period'])}: highest {words[0]}; lowest {words[1]}")
