"""Shape: what can be observed of a snapshot, as plain values that survive a round trip through JSON.

Holds no data and reads no file: `tasks/read` says how bytes are laid out, `tasks/shape` observes the table, this only names the facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

# One marker is one publisher's symbol in place of a number; the union seen in real files of ONS, DfE and councils.
_PLAIN = "z x c k u low ~ : . .. ... - -- * ! NA N/A n/a na SUPP NE NP NEW LOWCOV SP NULL Null null #N/A"
_BRACKETED = ("c", "x", "z", "u", "low", "e", "p", "r", "b", "w", "note 1")
MARKERS = frozenset(_PLAIN.split()) | {f"[{word}]" for word in _BRACKETED}


@dataclass(frozen=True)
class Layout:
    """How one file lays out its table. Rows are counted from 1 as a person sees them on opening the file."""

    format: str  # csv, tsv, xls, xlsx, ods, parquet, json, geojson
    headers: tuple[str, ...]  # as printed, in order; '' where a header cell is empty; may repeat
    columns: tuple[str, ...]  # the same, made unique: the column names of the table that was read
    header_row: int | None = 1  # the (last) row of the header; None where a format has none
    header_rows: int = 1  # over how many rows the header is spread
    preamble: tuple[str, ...] = ()  # text of the rows above the header
    footer_rows: int = 0  # rows below the table that are notes and not data
    encoding: str | None = None  # utf-8, windows-1252, ...
    bom: bool = False
    delimiter: str | None = None
    quote: str | None = None
    line_end: str | None = None  # lf, crlf, cr, mixed
    compression: str | None = None  # gzip, zip
    member: str | None = None  # of a zip
    sheet: str | None = None
    sheets: tuple[str, ...] = ()  # all sheets of a workbook, in order
    crs: str | None = None  # of a GeoJSON or GeoParquet
    ragged_rows: int = 0  # rows with more or fewer cells than the header
    numeric: tuple[str, ...] = ()  # columns that the file itself holds as numbers (workbooks, parquet, json)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Column:
    """What can be observed of one column."""

    name: str
    position: int  # from 0
    type: str  # integer, number, date, boolean, text, empty
    filled: int
    empty: int
    distinct: int
    role: str = "attribute"  # key, measure, attribute, row_number (only counts the rows)
    categories: tuple[str, ...] | None = None  # every value, where there are few
    markers: Mapping[str, int] = field(default_factory=dict)  # marker -> how often
    minimum: str | None = None
    maximum: str | None = None
    format: str | None = None  # how numbers or dates are printed: 'thousands', 'percent', 'd/m/Y', ...
    quantiles: tuple[float, ...] = ()  # of a numeric column, at 10, 25, 50, 75 and 90 % (from a sample where the table is large)
    decimals: bool = False  # whether any number has a fraction
    numbers: int = 0  # cells that read as numbers, in a column of any type


@dataclass(frozen=True)
class Areas:
    """The areas of one level that a column names, and the vintages whose set of codes they fit."""

    column: str
    level: str  # LSOA, MSOA, OA, ward, LAD, county, region, country, ...
    count: int
    vintage: str | None  # in words: '2011', '2019 to 2022', ...
    by: str | None = None  # what tells the vintage: 'column name', 'codes'


@dataclass(frozen=True)
class Shape:
    """What can be observed of a snapshot's table. `content` is a fingerprint of the values: byte noise does not move it."""

    rows: int
    columns: tuple[Column, ...]
    layouts: Mapping[str, Layout]  # part name -> layout
    key: tuple[str, ...] = ()
    key_duplicates: int = 0
    measures: tuple[str, ...] = ()
    period_column: str | None = None
    periods: tuple[str, ...] = ()
    area_column: str | None = None
    areas: tuple[Areas, ...] = ()
    content: str = ""
    area_name_column: str | None = None  # the names that go with the codes of `area_column`
    key_inferred: bool = True  # False where the key was given
    period_headers: tuple[str, ...] = ()  # columns whose header is itself a period ('2017', '2018'): a wide table of years
    notes: tuple[str, ...] = ()  # what was inferred, and how, in words

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def shape_from_dict(stored: Mapping[str, Any]) -> Shape:
    """The shape that `Shape.as_dict` wrote."""
    fields = dict(stored)
    fields["columns"] = tuple(_column_from_dict(column) for column in stored["columns"])
    fields["layouts"] = {part: layout_from_dict(layout) for part, layout in stored["layouts"].items()}
    fields["areas"] = tuple(Areas(**areas) for areas in stored["areas"])
    for name in ("key", "measures", "periods", "period_headers", "notes"):
        fields[name] = tuple(stored.get(name, ()))
    return Shape(**fields)


def _column_from_dict(stored: Mapping[str, Any]) -> Column:
    categories = stored["categories"]
    return Column(
        **{**stored, "categories": None if categories is None else tuple(categories), "quantiles": tuple(stored.get("quantiles", ()))}
    )


def layout_from_dict(stored: Mapping[str, Any]) -> Layout:
    """The layout that `Layout.as_dict` wrote."""
    tuples = ("headers", "columns", "preamble", "sheets", "numeric")
    return Layout(**{**stored, **{name: tuple(stored[name]) for name in tuples}})
