"""Named sets of rules that a publisher itself states, held to the source's own table before it is made tidy: `rule_sets: [ees]`.

`ees` are the checks of DfE's statistics service (its screener, dfe-analytical-services/eesyscreener), as far as they speak of a data file.
What would spoil a tidy table is critical; what DfE calls a failure and its own files break all the same is a warning, and its advice is info.
Refuses a set that is not known. Rules are made for the columns that arrived, for a release may lack some.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from expectations.rules.parsing import parse
from expectations.rules.rule import Rule
from expectations.rules.sql import identifier, literal

AREAS = "ees_areas"  # the table of known areas (level, code, dfe_number, name) that the rules of `ees` ask
LEVELS = {
    # geographic level -> the columns of its code and name; of School, Provider and the like only the columns matter
    "National": ("country_code", "country_name"),
    "Regional": ("region_code", "region_name"),
    "Local authority": ("new_la_code", "la_name"),
    "Local authority district": ("lad_code", "lad_name"),
    "Parliamentary constituency": ("pcon_code", "pcon_name"),
    "Ward": ("ward_code", "ward_name"),
    "School": ("school_urn", "school_name"),
    "Provider": ("provider_ukprn", "provider_name"),
    "Institution": ("institution_id", "institution_name"),
    "MAT": ("trust_id", "trust_name"),
    "Sponsor": ("sponsor_id", "sponsor_name"),
    "Local enterprise partnership": ("local_enterprise_partnership_code", "local_enterprise_partnership_name"),
    "Local skills improvement plan area": ("lsip_code", "lsip_name"),
    "English devolved area": ("english_devolved_area_code", "english_devolved_area_name"),
    "Mayoral combined authority": ("mayoral_combined_authority_code", "mayoral_combined_authority_name"),
    "Opportunity area": ("opportunity_area_code", "opportunity_area_name"),
    "Planning area": ("planning_area_code", "planning_area_name"),
    "RSC region": ("rsc_region_lead_name", "rsc_region_lead_name"),
    "Police force area": ("pfa_code", "pfa_name"),
}
TIME = ("time_period", "time_identifier")
UNITS = frozenset([*TIME, "geographic_level", "old_la_code", "school_laestab", *(column for pair in LEVELS.values() for column in pair)])
REQUIRED = (*TIME, "geographic_level", "country_code", "country_name")
SYMBOLS = ("c", "k", "low", "u", "x", "z")  # DfE's accepted ones, and the two of the government's shorthand that its files bear as well
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_ONE_YEAR = f"Calendar year( Q[1-4])?|Reporting year|Week [1-9][0-9]?|{_MONTHS}"
_TWO_YEARS = r"(Academic|Financial|Tax) year( Q[1-4])?|(Autumn|Spring|Summer|Autumn and spring) term|Part [12] \([A-Za-z ]+\)"
_FAMILY = """case
    when time_identifier like 'Week %' then 'weeks' when time_identifier like '%term' then 'terms' when time_identifier like '% Q_' then 'quarters'
    when time_identifier like 'Part _ (%' then 'halves' when not regexp_matches(time_identifier, 'year|Week|term|Part') then 'months'
    else time_identifier end"""
_REFUSED = "'', '~', ':', 'NULL', 'Null', 'null', 'NA', 'na'"
_ADVISED = "'N/A', 'n/a', '.', '..', '-'"
_MANY_ROWS = frozenset(
    {"school_urn", "provider_ukprn", "institution_id", "planning_area_code"}
)  # a file with one of these may repeat a row
_SMUSHED = (
    "male|female|asian|chinese|indian|pakistani|bangladeshi|black|african|caribbean|white|roma|irish|english|british|scottish|welsh|arab"
)


def _as_written(schema: dict[str, Any]) -> None:
    """The schema for editors: a set is written as its name, or as its name over what it cannot know."""
    given = {"type": "object", "properties": {"filters": schema["properties"]["filters"]}, "additionalProperties": False}
    named = {"type": "object", "properties": dict.fromkeys(RULE_SETS, given), "additionalProperties": False}
    schema.clear()
    schema.update({"anyOf": [{"enum": list(RULE_SETS)}, named]})


class RuleSet(BaseModel):
    """One named set, and what it cannot know by itself."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra=_as_written)

    name: str
    filters: tuple[str, ...] = Field(
        (), description="Raw columns that tell rows apart or describe them and stand in no key: they hold no figures."
    )

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        """`ees`, or `ees: {filters: [version]}`."""
        if isinstance(value, str):
            return {"name": value}
        if isinstance(value, Mapping) and len(value) == 1 and "name" not in value:
            name, given = next(iter(value.items()))
            return {"name": name, **(given if isinstance(given, Mapping) else {})}
        return value

    @field_validator("name")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in RULE_SETS:
            nearest = difflib.get_close_matches(value, RULE_SETS, n=1)
            raise ValueError(f"{value!r} is no set of rules: {', '.join(RULE_SETS)}" + (f"; did you mean {nearest[0]}?" if nearest else ""))
        return value


def rules_of(given: RuleSet, columns: Sequence[str], key: Collection[str]) -> tuple[Rule, ...]:
    """The rules of a set for a table of these columns. `key` are the columns that tell its rows apart. Raises `declaration.invalid`."""
    figures = [column for column in columns if not column.startswith("_") and column not in UNITS | set(key) | set(given.filters)]
    filters = [column for column in columns if column in (set(key) | set(given.filters)) - UNITS]
    return parse(list(RULE_SETS[given.name](columns, filters, figures)), dict.fromkeys((*columns, *REQUIRED)))


def reasons_of(given: RuleSet) -> tuple[str, ...]:
    """Every `because` that a rule of the set can bear, whatever columns arrive."""
    made = [
        rule for units in (sorted(UNITS - _MANY_ROWS), sorted(UNITS)) for rule in RULE_SETS[given.name](units, ("filter",), ("figure",))
    ]
    return tuple(dict.fromkeys(str(given["because"]) for rule in made for given in rule.values()))


# -- the set of EES ------------------------------------------------------------------------------------------------------------------


def _ees(columns: Sequence[str], filters: Sequence[str], figures: Sequence[str]) -> Iterator[dict[str, Any]]:
    there = set(columns)
    for column in REQUIRED:
        yield {"expect_column_to_exist": {"column": column, "because": "a data file of EES has it"}}
    if not there.issuperset(REQUIRED):
        return
    yield from _time()
    yield from _geography(there)
    yield from _filters(filters)
    yield from _figures(figures)
    units = [column for column in columns if column in UNITS]
    if not there & _MANY_ROWS and filters:
        listed = ", ".join(identifier(column) for column in [*units, *filters])
        yield _rows(
            f"select {listed}, count(*) as rows_alike from {{table}} group by all having count(*) > 1",
            "a row is told from every other by its time, its place and its filters",
        )


def _time() -> Iterator[dict[str, Any]]:
    yield _in_set("geographic_level", list(LEVELS), "these are the levels of EES")
    yield {
        "expect_column_values_to_match_regex": {
            "column": "time_identifier",
            "regex": f"^({_ONE_YEAR}|{_TWO_YEARS})$",
            "because": "these are the time identifiers of EES",
        }
    }
    one, two = (f"regexp_full_match(time_identifier, {literal(pattern)})" for pattern in (_ONE_YEAR, _TWO_YEARS))
    yield _rows(
        f"""select distinct time_period, time_identifier from {{table}} where {one} and not regexp_full_match(time_period, '[0-9]{{4}}')
            or {two} and not (regexp_full_match(time_period, '[0-9]{{6}}')
            and (try_cast(left(time_period, 4) as integer) + 1) % 100 = try_cast(right(time_period, 2) as integer))""",
        "a week, month or calendar year has one year of four digits, an academic or financial one two that follow one another",
    )
    yield _rows(
        f"select min(time_identifier) as one, max(time_identifier) as another from {{table}} having count(distinct {_FAMILY}) > 1",
        "the identifiers of one file are of one family: weeks, months, terms, quarters, halves, or one kind of year",
    )


def _geography(there: Collection[str]) -> Iterator[dict[str, Any]]:
    pairs = {level: pair for level, pair in LEVELS.items() if set(pair) <= set(there)}
    blank = [
        f"geographic_level = {literal(level)} and {_blank(column)}"
        for level, pair in pairs.items()
        for column in dict.fromkeys(pair)
        if column != "new_la_code"  # the one code that may be blank
    ]
    if blank:
        query = f"select distinct geographic_level from {{table}} where {' or '.join(blank)}"
        yield _rows(query, "a row has the code and the name of its own level")
    names = sorted({column for pair in LEVELS.values() for column in pair} & set(there))
    yield _cells(names, "lower(trim(cell)) in ('total', 'all')", "a total is no place: the columns of places never say so", "warning")
    unnamed = [
        f"(lower(trim({name})) = 'not available') <> (trim({code}) = 'x') and not {_blank(code)}"
        for code, name in pairs.values()
        if code != name
    ]
    if unnamed:
        query = f"select distinct geographic_level from {{table}} where {' or '.join(unnamed)}"
        yield _rows(query, "the name 'Not available' and the code 'x' go together", "warning")
    for level, smaller in (("National", ("region_code", "new_la_code", "lad_code")), ("Regional", ("new_la_code", "lad_code"))):
        filled = [f"coalesce(trim({column}), '') not in ('', 'x', 'z')" for column in smaller if column in there]
        if filled:
            query = f"select distinct geographic_level from {{table}} where geographic_level = {literal(level)} and ({' or '.join(filled)})"
            yield _rows(query, f"a row of level {level} names no smaller place", "warning")
    for level in ("National", "Regional", "Local authority"):
        if level in pairs:
            code, name = pairs[level]
            query = f"""select distinct {code}, {name} from {{table}}
                where geographic_level = {literal(level)} and coalesce(trim({code}), '') not in ('', 'x', 'z')
                and (trim({code}), lower(trim({name}))) not in (select (code, lower(name)) from {AREAS} where level = {literal(level)})"""
            yield _rows(query, f"DfE knows these codes of level {level} by these names", "warning")


def _filters(filters: Sequence[str]) -> Iterator[dict[str, Any]]:
    if not filters:
        return
    yield _cells(filters, "cell <> trim(cell)", "no item of a filter has a blank before or after it", "warning")
    yield _cells(filters, "coalesce(trim(cell), '') = ''", "no cell of a filter is blank", "warning")
    items = f"from {_unpivoted(filters)} group by column_name"
    yield _rows(
        f"select column_name {items} having count(distinct cell) < 2", "a filter tells rows apart: it has two items or more", "info"
    )
    total = "count(*) filter (where lower(trim(cell)) = 'total') = 0"
    yield _rows(f"select column_name {items} having {total}", "a filter has the item Total, which the service shows first", "info")


def _figures(figures: Sequence[str]) -> Iterator[dict[str, Any]]:
    if not figures:
        return
    cell = "coalesce(trim(replace(cell, chr(160), ' ')), '')"
    yield _cells(figures, f"{cell} in ({_REFUSED})", "a figure is a number or one of DfE's symbols, never blank, ~, : or NULL", "warning")
    yield _cells(figures, f"{cell} in ({_ADVISED})", "DfE advises against N/A, ., .. and - in place of a figure", "info")
    known = ", ".join(literal(symbol) for symbol in SYMBOLS)
    yield _cells(
        figures,
        f"try_cast({cell} as double) is null and {cell} not in ({_REFUSED}, {_ADVISED}, {known})",
        f"what is no number in place of a figure is one of the symbols {', '.join(SYMBOLS)}",
        "warning",
    )
    named = f"select column_name from {_unpivoted(figures)} where regexp_matches(lower(column_name), '(^|_)({_SMUSHED})(_|$)') group by column_name"
    yield _rows(named, "an indicator is called after what it measures; whom it is of belongs into a filter", "warning")


def _unpivoted(columns: Sequence[str]) -> str:
    """The cells of these columns under one another: `column_name`, `cell`."""
    return f"{{table}} unpivot include nulls (cell for column_name in ({', '.join(identifier(column) for column in columns)}))"


def _cells(columns: Sequence[str], wrong: str, because: str, severity: str) -> dict[str, Any]:
    """A rule of single cells: which columns have wrong ones, what stands there and how often."""
    query = f"select column_name, cell, count(*) as cells from {_unpivoted(columns)} where {wrong} group by column_name, cell"
    return _rows(query, because, severity)


def _blank(column: str) -> str:
    return f"coalesce(trim({identifier(column)}), '') = ''"


def _in_set(column: str, values: Sequence[str], because: str) -> dict[str, Any]:
    return {"expect_column_values_to_be_in_set": {"column": column, "value_set": list(values), "because": because}}


def _rows(query: str, because: str, severity: str = "critical") -> dict[str, Any]:
    return {"unexpected_rows": {"query": query, "because": because, "severity": severity}}


RULE_SETS: Mapping[str, Callable[[Sequence[str], Sequence[str], Sequence[str]], Iterator[dict[str, Any]]]] = {"ees": _ees}
