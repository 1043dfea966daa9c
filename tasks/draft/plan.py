"""What becomes of each column of the source: the tidy columns, their SQL and types, and what may tell the rows apart.

Every expression is tried on what came before it is proposed; one that fails gives way to the text as printed. Refuses to guess a number out of
a code: only what observation calls a measure becomes a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from expectations.shape import Column
from tasks.draft import headers, period
from tasks.draft.look import ARRIVED, Found
from tasks.draft.words import KEYWORDS, humanised, named_for, snake, unit_of, units_sql
from warehouse.table import identifier

FEW_ATTRIBUTES = 3  # texts beside its identifier from which a table is a register of things and stays one row a thing


@dataclass(frozen=True)
class Made:
    """One column of the tidy table: how it is computed from `raw`, and what a declaration says of it."""

    name: str
    sql: str
    type: str
    meaning: str
    unit: str | None = None
    raw: tuple[str, ...] = ()  # the raw columns that it is made of


@dataclass(frozen=True)
class Plan:
    """The whole of a draft's table. `names` is the publisher's column -> ours."""

    names: Mapping[str, str]
    columns: tuple[Made, ...]
    unpivoted: tuple[str, ...] = ()  # our raw names of the columns that become rows
    into: str = "measure"  # what their names become: measure or period
    grains: tuple[tuple[str, ...], ...] = ()  # to be tried in this order
    units: Mapping[str, str | None] = field(default_factory=dict)  # measure -> unit
    event: bool = False


def plan(found: Found, connection: duckdb.DuckDBPyConnection, publisher: str) -> Plan:
    """The plan of the tidy table of what was found; its rows are in the connection's table ARRIVED."""
    return _Planner(found, connection, publisher).plan()


def raw_names(columns: Sequence[Column], headers: Mapping[str, str], kept: Iterable[str]) -> dict[str, str]:
    """The publisher's column -> ours: a column whose header is a period, empty or repeated keeps the name that the reader gave it."""
    names: dict[str, str] = {}
    for column in columns:
        header = headers.get(column.name, "")
        alone = header and list(headers.values()).count(header) == 1
        names[column.name] = snake(header, set(names.values()), column.position) if alone and column.name not in kept else column.name
    return names


class _Planner:
    """Collects the columns of one table, one kind after the other."""

    def __init__(self, found: Found, connection: duckdb.DuckDBPyConnection, publisher: str) -> None:
        self.shape, self.connection, self.publisher, self.title = found.shape, connection, publisher, found.about.title
        self.headers = {name: header for one in reversed(found.layouts) for name, header in zip(one.columns, one.headers, strict=True)}
        filled = [column for column in self.shape.columns if column.type != "empty" and not headers.only_counts_rows(column)]
        self.columns = {column.name: column for column in filled}
        self.names = raw_names(filled, self.headers, self.shape.period_headers)
        self.used: set[str] = set()
        self.made: list[Made] = []

    def plan(self) -> Plan:
        self._areas()
        timed = self._period()
        measures = self._measures()
        keyed = [name for name in self.shape.key if not self.shape.key_duplicates]
        rest = [column for column in self.columns.values() if column.name not in self.used and column.name not in measures]
        if self._is_register(measures, keyed, rest):
            for column in [*rest, *(self.columns[name] for name in measures)]:
                self._attribute(column, number=column.name in measures)
            return self._planned((), "measure", keyed, {})
        wide_in_time = bool(self.shape.period_headers) and not timed
        across = [name for name in measures if name in self.shape.period_headers] if wide_in_time else measures
        if wide_in_time:
            rest += [self.columns[name] for name in measures if name not in across]
        measures = self._limits(across) if len(across) > 1 and not wide_in_time else across
        known = next((c for c in rest if len(measures) == 1 and headers.NAMES_MEASURES.match(self.names[c.name])), None)
        for column in rest:
            if column is not known and self.names[column.name] != headers.NOMIS_REASON:
                self._attribute(column, number=wide_in_time and column.role == "measure")
        units = self._values(measures, "period" if wide_in_time else "measure", known)
        unpivoted = tuple(self.names[name] for name in measures) if len(measures) > 1 or wide_in_time else ()
        return self._planned(unpivoted, "period" if wide_in_time else "measure", keyed, units)

    # -- areas and time ------------------------------------------------------------------------------------------------------------

    def _areas(self) -> None:
        coded = sorted({one.column for one in self.shape.areas}, key=lambda name: -self._codes(name))
        if not coded or self.shape.area_column not in coded:
            return
        main = self.columns[str(self.shape.area_column)]
        # A row of a region leaves the columns of finer areas empty: then the finest that is filled is the row's own area.
        several = [main.name, *[name for name in coded if name != main.name]] if main.empty or main.markers else [main.name]
        code = _first([f"gss_code({self._ours(name)})" for name in several])
        if not self._works(code):
            code = _first([f"cell_text({self._ours(name)})" for name in several])
        named = [name for one in several if (name := self._name_of(one))]
        self._make("area_code", code, "VARCHAR", "GSS code of the area", raw=several)
        if named:
            self._make("area_name", _first([f"cell_text({self._ours(name)})" for name in named]), "VARCHAR", "Name of the area", raw=named)
        self._make("area_level", f"area_level({code})", "VARCHAR", "Kind of area, from its code")

    def _codes(self, column: str) -> int:
        return sum(one.count for one in self.shape.areas if one.column == column)

    def _name_of(self, code: str) -> str | None:
        """The column of names that goes with a column of codes."""
        beside = self.shape.area_name_column
        if code == self.shape.area_column and beside and (beside not in self.shape.key or code in self.shape.key):
            return beside  # what tells the rows apart where the code does not is a thing in an area, and not the area's name
        ours = self.names[code]
        wanted = {re.sub(r"_code$", "_name", ours), re.sub(r"^(new|old)_", "", re.sub(r"_code$", "_name", ours))} - {ours}
        return next((name for name, mine in self.names.items() if mine in wanted), None)

    def _period(self) -> bool:
        """Make the columns of the period; whether the rows have one."""
        name = self.shape.period_column
        if name is None or name not in self.columns:
            return False
        identifier_ = next((column for column, ours in self.names.items() if ours == "time_identifier"), None)
        own = self._ours(identifier_) if identifier_ and self.names[name] == "time_period" else None
        way = period.way_of(self.columns[name], self.shape.periods, self._ours(name), self.publisher, self._works, own)
        used = [name, *([identifier_] if own and identifier_ else [])]
        self._make("period", way.label, "VARCHAR", way.meaning, raw=used)
        if way.start:
            self._make("period_start", way.start, "DATE", "First day of the period")
            self._make("period_end", way.end, "DATE", "Last day of the period")
        self.event = way.event
        if way.event:
            self.used.discard(name)  # the day itself is a fact of the row too
        return True

    # -- values --------------------------------------------------------------------------------------------------------------------

    def _measures(self) -> list[str]:
        free = [column for column in self.columns.values() if column.name not in self.used and column.role in ("measure", "attribute")]
        chosen = [column for column in free if column.role == "measure" and not headers.PLACE.search(self.names[column.name])]
        if chosen:  # beside figures, a number whose header speaks of a year ('Births 2018') is one too
            chosen = [column for column in free if column in chosen or self._is_figure(column)]
        if not chosen:
            chosen = [
                column for column in self.columns.values() if column.markers and column.numbers and column.type in ("integer", "number")
                and column.name not in self.used and column.role != "key"
            ]  # fmt: skip
        return [column.name for column in chosen if self._works(f"number_of({self._ours(column.name)})")]

    def _is_figure(self, column: Column) -> bool:
        return column.type in ("integer", "number") and column.format != "padded" and not headers.NO_FIGURE.search(self.names[column.name])

    def _is_register(self, measures: Sequence[str], key: Sequence[str], rest: Sequence[Column]) -> bool:
        """Whether the table is a list of things, one row each, and not figures of areas or periods."""
        if not measures or self.shape.period_headers:
            return not measures
        made_of_key = set(key) & self.used
        texts = [column for column in rest if column.name not in key and column.type in ("text", "date", "boolean")]
        return len(key) == 1 and not made_of_key and len(texts) >= FEW_ATTRIBUTES

    def _limits(self, measures: Sequence[str]) -> list[str]:
        """The measures without the publisher's interval, where there is one value with one lower and one upper limit."""
        lower = [name for name in measures if headers.LOWER.search(self.names[name])]
        upper = [name for name in measures if headers.UPPER.search(self.names[name])]
        rest = [name for name in measures if name not in (*lower, *upper)]
        if not (len(lower) == len(upper) == len(rest) == 1):
            return list(measures)
        self.interval = (lower[0], upper[0])
        return rest

    def _measured(self, name: str) -> str:
        """What a column is called that holds the measure; where its header is a word for any number, what the table is called."""
        titled = snake(self.title) if self.title else name
        return titled if name in headers.ANY_NUMBER else name

    interval: tuple[str, str] | None = None
    event: bool = False

    def _values(self, measures: Sequence[str], into: str, known: Column | None) -> dict[str, str | None]:
        """Make measure, value, status, marker, unit; the unit of each measure."""
        header = {name: self.headers.get(name) or name for name in measures}
        units = {self.names[name]: unit_of(self.names[name], header[name], self.columns[name].format) for name in measures}
        several = len(measures) > 1 or into == "period"
        cell = "printed" if several else self._ours(measures[0])
        if into == "period":
            self._make("period", "period", "VARCHAR", "Period, as the header prints it", raw=measures)
            self._make("measure", f"'{self._measured('value')}'", "VARCHAR", "What is measured")
        elif known:
            self._make("measure", f"cell_text({self._ours(known.name)})", "VARCHAR", "What is measured", raw=[known.name])
        else:
            text = "measure" if several else f"'{self._measured(self.names[measures[0]])}'"
            meaning = (
                f"What is measured: {', '.join(header.values())}" if len(measures) < 4 else "What is measured, as the source's column says"
            )
            self._make("measure", text, "VARCHAR", meaning)
        self._make("value", f"number_of({cell})", "DOUBLE", "The published number", raw=measures)
        if self.interval:
            for name, end in zip(("lower_ci", "upper_ci"), self.interval, strict=True):
                self._make(name, f"number_of({self._ours(end)})", "DOUBLE", f"{name[:5].capitalize()} limit of the interval", raw=[end])
        said = next((column for column, ours in self.names.items() if ours == headers.NOMIS_REASON), None) if not several else None
        status = f"nomis_status({cell}, {headers.NOMIS_REASON})" if said else f"marker_status({cell})"
        self._make("status", status, "VARCHAR", "Why there is no plain number", raw=[said] if said else [])
        self._make("marker", f"marker_of({cell})", "VARCHAR", "The publisher's symbol in its place, as printed")
        if into == "period" or known:
            units = {"value": next(iter(units.values()), None) if len(set(units.values())) == 1 else None}
        self._make("unit", units_sql(units), "VARCHAR", "Unit of the value")
        return units

    def _attribute(self, column: Column, number: bool = False) -> None:
        ours, cell = self.names[column.name], self._ours(column.name)
        kind, expression = "VARCHAR", f"cell_text({cell})"
        textual = re.search(r"_(code|name|level|vintage)$", ours)
        if column.type == "date" and self._works(f"date_of({cell})"):
            kind, expression = "DATE", f"date_of({cell})"
        elif not textual and (number or column.type == "number") and self._works(f"number_of({cell})"):
            kind, expression = "DOUBLE", f"number_of({cell})"
        elif (
            not textual
            and column.type == "integer"
            and headers.ORDERED.search(ours)
            and column.format != "padded"
            and self._works(f"integer_of({cell})")
        ):
            kind, expression = "BIGINT", f"integer_of({cell})"
        taken = {one.name for one in self.made} | headers.RESERVED
        name = named_for(ours, kind)
        name = f"{name}_printed" if name in headers.RESERVED else f"the_{name}" if name in KEYWORDS else name
        name = snake(name, taken)
        self._make(name, expression, kind, humanised(self.headers.get(column.name) or ours), raw=[column.name])

    # -- the whole -------------------------------------------------------------------------------------------------------------------

    def _planned(self, unpivoted: tuple[str, ...], into: str, key: Sequence[str], units: dict[str, str | None]) -> Plan:
        """The plan, with the grains to try: the key that was observed, all that is no value, and the row of the file."""
        across = [into] if unpivoted or any(one.name == "measure" and "cell_text" in one.sql for one in self.made) else []
        by_raw = {raw: one.name for one in self.made for raw in one.raw if one.name not in ("value", "lower_ci", "upper_ci")}
        area = [one.name for one in self.made if one.name == "area_code"]
        observed = [by_raw[name] for name in key if name in by_raw]
        observed = ["area_code" if name == "area_name" and area else name for name in observed]
        dimensions = [
            by_raw[column.name]
            for column in self.columns.values()
            if column.name in by_raw
            and column.name not in self.names_of_areas()
            and (column.categories is not None or column.role == "key")
        ]
        timed = [one.name for one in self.made if one.name == "period"]
        if self.event:
            timed = []
        grains = [_once([*observed, *across]), _once([*timed, *area, *dimensions, *across]), _once(["source_part", "source_row", *across])]
        first = [one for one in grains if set(one) - {"measure", "period"} or one == grains[-1]]
        order = {name: place for place, name in enumerate(("area_code", "area_name", "area_level", "period", "period_start", "period_end"))}
        late = ("measure", "value", "lower_ci", "upper_ci", "status", "marker", "unit")
        columns = sorted(self.made, key=lambda one: order.get(one.name, 50 + (late.index(one.name) if one.name in late else -10)))
        names = {name: self.names[name] for name in self.columns}
        return Plan(names, tuple(columns), unpivoted, into, tuple(dict.fromkeys(first)), units, self.event)

    def names_of_areas(self) -> set[str]:
        """The columns that only say an area's name in words."""
        return {raw for one in self.made if one.name == "area_name" for raw in one.raw}

    def _make(self, name: str, sql: str, kind: str, meaning: str, raw: Iterable[str] = ()) -> None:
        raw = tuple(raw)
        self.used.update(raw)
        self.made.append(Made(name, sql, kind, meaning, None, raw))

    def _ours(self, column: str) -> str:
        return plain(self.names[column])

    def _works(self, expression: str) -> bool:
        """Whether an expression of our raw names can be computed for every row that came."""
        chosen = ", ".join(f"{identifier(column)} as {identifier(ours)}" for column, ours in self.names.items())
        try:
            self.connection.execute(f"select count({expression}) from (select {chosen} from {identifier(ARRIVED)})").fetchone()
        except duckdb.Error:
            return False
        return True


def plain(name: str) -> str:
    """A raw column as SQL names it: quoted only where it has to be."""
    return name if re.fullmatch(r"[a-z][a-z0-9_]*", name) and name not in KEYWORDS else identifier(name)


def _first(expressions: Sequence[str]) -> str:
    return expressions[0] if len(expressions) == 1 else f"coalesce({', '.join(expressions)})"


def _once(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
