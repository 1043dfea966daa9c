"""The values of the indicators: computed from the datasets that are in the database, one pass, one indicator at a time.

An indicator whose dataset has not landed, or whose SELECT fails, has no values and says why; it holds back nothing else. What an indicator
gave is kept in the home under a hash of everything that it was made from, so that a publication computes only what a changed dataset touches.
Refuses rows without an area and a period, two rows of one key, and levels of area that the head does not name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from expectations.errors import EvidenceError
from expectations.place import home_place
from warehouse.home import Home
from warehouse.indicators import figure_rows, kept
from warehouse.indicators.definition import FOLDER, INTERVALS, Indicator, files, load_readable
from warehouse.indicators.reference import fill_reference, reference_files
from warehouse.indicators.rows import insert
from warehouse.lake import vintages
from warehouse.mart_files import MART, MartFile, mart_file
from warehouse.table import DatasetTable, literal

COMPUTED, NOT_LANDED, EMPTY, FAILED = "computed", "not landed", "empty", "failed"
NEIGHBOURS = "mart.statistical_neighbours"  # worked out from all values, once they are there
_KEY = ("area_code", "area_name", "area_level", "area_vintage", "period", "period_start", "period_end")
_OPTIONAL = ("breakdown", "value", "numerator", "denominator", "lower_ci", "upper_ci", "status", "marker")
_CODE = sorted(Path(__file__).parent.glob("*.py"))
_HOME_REGION = """
    insert into mart.comparators
    select 'region', to_code, to_name, 'The region that the home area lies in (ons.area_lookup)'
    from ons.area_lookup where lookup = 'lad22_rgn22' and from_code = mart.home_area()"""
_Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class Result:
    """What became of one indicator. `vintages` are those of its datasets that were in force; `kept` says that its values came from the home."""

    indicator: Indicator
    state: str
    reason: str = ""
    vintages: tuple[str, ...] = ()
    kept: bool = False


def fingerprint(folder: Path = FOLDER, mart: Path = MART) -> str:
    """A fingerprint of all that indicators are made with, save the data: definitions, shared SQL, reference tables and code."""
    digest = hashlib.sha256(home_place().code.encode())
    for path in [*files(folder), *sorted(mart.glob("indicators/*.sql")), *reference_files(), *_CODE]:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def build(
    connection: _Connection, home: Home, tables: Iterable[DatasetTable], landed: Iterable[str], mart: Path = MART, folder: Path = FOLDER
) -> tuple[list[Result], dict[str, str]]:
    """Make the indicators' tables and views in the database in use, from the datasets in it (`landed`).

    Returns what became of each indicator, and the files of SQL that were left out with the reason. Nothing where `mart` has no folder `indicators`.
    A definition that cannot be read is left out too, with the reason.
    """
    shared = [mart_file(path) for path in sorted(mart.glob("indicators/*.sql"))]
    if not shared:
        return [], {}
    known, faulty = load_readable(folder)
    here = frozenset(landed)
    left_out = {
        **_run_shared(connection, shared, here),
        **{f"indicators/{path.parent.name}/{path.name}": error.message for path, error in faulty.items()},
    }
    in_force = {table.id: _vintages(home, table) for table in tables if table.id in here}
    if "ons.area_lookup" in here:
        connection.execute(_HOME_REGION)
    _empty_rows(connection)
    version = _version(shared)
    paths = {indicator.name: kept.path_of(home, indicator, in_force, version) for indicator in known}
    usable = kept.read(connection, paths.values(), "computed_values")
    results = [_one(connection, indicator, here, in_force, paths[indicator.name], usable) for indicator in known]
    connection.execute(
        "insert into mart.indicator_values by name from computed_values order by indicator, area_level, area_code, period_end, breakdown"
    )
    connection.execute("drop table computed_values")
    if any(NEIGHBOURS in file.makes and f"indicators/{file.path.name}" not in left_out for file in shared):
        connection.execute(f"insert into {NEIGHBOURS} by name from mart.nearest_authorities")
    _describe(connection, results)
    figure_rows.fill(connection, {result.indicator.name: _figure_state(result) for result in results})
    kept.sweep(home, list(paths.values()))
    return results, left_out


def _run_shared(connection: _Connection, shared: Sequence[MartFile], here: frozenset[str]) -> dict[str, str]:
    """Run the shared SQL in order; what lacks a dataset, or what it is built on, is left out."""
    left_out: dict[str, str] = {}
    connection.execute(f"create or replace macro mart.home_area() as {literal(home_place().code)}")
    connection.execute("comment on macro mart.home_area is 'GSS code of the authority whose evidence base this is.'")
    for file in shared:
        missing = sorted(file.needs - here)
        if missing:
            left_out[f"indicators/{file.path.name}"] = f"needs {', '.join(missing)}"
            continue
        connection.begin()
        try:
            connection.execute(file.text)
            if "mart.strategy_aims" in file.makes:
                fill_reference(connection)
            connection.commit()
        except duckdb.Error as error:
            connection.rollback()
            left_out[f"indicators/{file.path.name}"] = str(error)
    return left_out


def _one(
    connection: _Connection,
    indicator: Indicator,
    here: frozenset[str],
    in_force: Mapping[str, tuple[str, ...]],
    path: Path | None,
    usable: Set[Path],
) -> Result:
    """Add one indicator's rows to `computed_values`, unless they were read from the home already."""
    missing = sorted(set(indicator.sources) - here)
    if missing:
        return Result(
            indicator, NOT_LANDED, f"waits for {', '.join(missing)}, which {'has' if len(missing) == 1 else 'have'} not landed here"
        )
    known = tuple(vintage for source in indicator.sources for vintage in in_force.get(source, ()))
    if path in usable:
        return Result(indicator, COMPUTED, vintages=known, kept=True)
    try:
        rows = _compute(connection, indicator, ", ".join(known))
    except EvidenceError as error:
        return Result(indicator, FAILED, f"{error.found}; expected {error.expected}", known)
    except duckdb.Error as error:
        return Result(indicator, FAILED, str(error).splitlines()[0], known)
    if not rows:
        return Result(indicator, EMPTY, "its datasets have landed, and hold no row for it", known)
    if path:
        kept.keep(connection, "one_indicator", path)
    connection.execute("insert into computed_values by name select * from one_indicator")
    return Result(indicator, COMPUTED, vintages=known)


def _compute(connection: _Connection, indicator: Indicator, known: str) -> int:
    """Compute one indicator into the temporary table `one_indicator`; how many rows. Raises `indicator.wrong_rows`, or DuckDB's error."""
    connection.execute(f"create or replace temp table found_rows as {indicator.sql}")
    columns = [row[0] for row in connection.execute("describe found_rows").fetchall()]
    _check_columns(indicator, columns)
    connection.execute(f"create or replace temp table one_indicator as {_values_sql(indicator, columns, known)}")
    rows, keys, incomplete, levels = connection.execute(
        """select count(*), count(distinct (breakdown, area_code, area_vintage, period)),
            count(*) filter (where area_code is null or area_level is null or period is null or period_start is null or period_end is null),
            list(distinct area_level) from one_indicator"""
    ).fetchall()[0]
    wrong = sorted(set(levels or ()) - set(indicator.levels) - {None})
    if incomplete:
        raise _wrong_rows(indicator, "an area and a period in every row", f"{incomplete} rows without")
    if rows != keys:
        raise _wrong_rows(indicator, "one row per breakdown, area, boundaries and period", f"{rows - keys} rows more")
    if wrong:
        raise _wrong_rows(indicator, f"levels {', '.join(indicator.levels)}", ", ".join(wrong))
    return int(rows)


def _check_columns(indicator: Indicator, columns: Sequence[str]) -> None:
    absent = [name for name in _KEY if name not in columns]
    unknown = [name for name in columns if name not in (*_KEY, *_OPTIONAL)]
    if absent or unknown:
        raise _wrong_rows(indicator, f"columns {', '.join(_KEY)} and any of {', '.join(_OPTIONAL)}", ", ".join(columns))
    if "value" not in columns and not {"numerator", "denominator"} <= set(columns):
        raise _wrong_rows(indicator, "a value, or numerator and denominator", ", ".join(columns))
    given = {"lower_ci", "upper_ci"}
    needed = {
        "wilson": {"numerator", "denominator"},
        "byar": {"numerator"},
        "published": given,
        "survey_share": given | {"numerator", "denominator"},
        "none": set[str](),
    }
    if not needed[indicator.interval] <= set(columns):
        raise _wrong_rows(
            indicator,
            f"{' and '.join(sorted(needed[indicator.interval]))} for an interval of kind {indicator.interval}",
            ", ".join(columns),
        )


def _values_sql(indicator: Indicator, columns: Sequence[str], known: str) -> str:
    """SELECT of the rows of mart.indicator_values from `found_rows`."""
    has = {
        name: name if name in columns else f"null::{'varchar' if name in ('breakdown', 'status', 'marker') else 'double'}"
        for name in _OPTIONAL
    }
    per = f"{indicator.per}::double"
    value = has["value"] if "value" in columns else f"{per} * numerator / nullif(denominator, 0)"
    whole = f"coalesce({has['denominator']}, 1)"
    lower, upper = {
        "none": ("null", "null"),
        "published": (has["lower_ci"], has["upper_ci"]),
        "survey_share": (has["lower_ci"], has["upper_ci"]),
        "wilson": (f"{per} * mart.wilson_lower(numerator, denominator)", f"{per} * mart.wilson_upper(numerator, denominator)"),
        "byar": (f"{per} * mart.byar_lower(numerator) / {whole}", f"{per} * mart.byar_upper(numerator) / {whole}"),
    }[indicator.interval]
    return f"""
        select
            {literal(indicator.name)} as indicator,
            coalesce({has["breakdown"]}, 'all') as breakdown,
            {", ".join(f"{name}::{'date' if name in ('period_start', 'period_end') else 'varchar'} as {name}" for name in _KEY)},
            ({value})::double as value,
            ({has["numerator"]})::double as numerator,
            ({has["denominator"]})::double as denominator,
            {literal(indicator.unit)} as unit,
            ({lower})::double as lower_ci,
            ({upper})::double as upper_ci,
            {literal(indicator.interval)} as interval_method,
            coalesce({has["status"]}, case when ({value}) is null then 'not_available' end) as status,
            {has["marker"]} as marker,
            {literal(", ".join(indicator.sources))} as datasets,
            {literal(known)} as vintages
        from found_rows"""


def _describe(connection: _Connection, results: Sequence[Result]) -> None:
    """Fill mart.indicators and mart.breaks."""
    insert(connection, "mart.indicators", map(_definition_row, results))
    connection.execute(
        """update mart.indicators set rows = counted.rows, areas = counted.areas, first_period = counted.first_period,
            latest_period = counted.latest_period
        from (select indicator, count(*) as rows, count(distinct area_code) as areas, arg_min(period, period_end) as first_period,
            arg_max(period, period_end) as latest_period from mart.indicator_values group by indicator) as counted
        where counted.indicator = mart.indicators.indicator"""
    )
    breaks = [(result.indicator.name, one) for result in results for one in result.indicator.breaks]
    insert(connection, "mart.breaks", [{"indicator": name, "since": one.since.isoformat(), "reason": one.reason} for name, one in breaks])


def _definition_row(result: Result) -> dict[str, Any]:
    """The row of mart.indicators, but for what is counted from the values."""
    one = result.indicator
    aims = {kind: "; ".join(f"{aim.number}. {aim.title}" for aim in one.informs if aim.kind == kind) for kind in ("principle", "challenge")}
    return {
        "indicator": one.name,
        "theme": one.theme,
        "title": one.title,
        "meaning": one.meaning,
        "unit": one.unit,
        "better": one.better,
        "levels": ", ".join(one.levels),
        "numerator": one.numerator,
        "denominator": one.denominator,
        "interval_method": one.interval,
        "interval_meaning": INTERVALS[one.interval],
        "decimals": one.decimals,
        "caveats": " ".join(one.caveats),
        "principles": aims["principle"],
        "challenges": aims["challenge"],
        "datasets": ", ".join(one.sources),
        "vintages": ", ".join(result.vintages),
        "state": result.state,
        "reason": result.reason,
        "computed_with": f"warehouse/indicators/{one.theme}/{one.name}.sql",
    }


def _figure_state(result: Result) -> figure_rows.State:
    missing = "" if result.state == COMPUTED else result.reason
    return figure_rows.State(result.indicator.title, ", ".join(result.indicator.sources), missing)


def _empty_rows(connection: _Connection) -> None:
    connection.execute("create or replace temp table computed_values as from mart.indicator_values limit 0")


def _vintages(home: Home, table: DatasetTable) -> tuple[str, ...]:
    """The vintages of a dataset; () where the lake cannot say, so that nothing is kept of what is computed from a table carried over."""
    try:
        return tuple(vintage.id for vintage in vintages(home, table.id))
    except EvidenceError:
        return ()


def _version(shared: Sequence[MartFile]) -> str:
    """A fingerprint of all that indicators share: the SQL that runs before them, the reference tables, the code, the place."""
    digest = hashlib.sha256(f"{duckdb.__version__} {home_place().code}".encode())
    for file in shared:
        digest.update(file.text.encode())
    for path in [*_CODE, *reference_files()]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _wrong_rows(indicator: Indicator, expected: str, found: str) -> EvidenceError:
    return EvidenceError("indicator.wrong_rows", where=str(indicator.path), expected=expected, found=found)
