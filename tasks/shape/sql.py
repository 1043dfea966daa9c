"""The SQL expressions that read one printed cell: as a number, as a date, as text.

Every expression takes SQL text that yields VARCHAR and refuses nothing: a cell that is not what is asked for gives NULL.
"""

from __future__ import annotations

# A number as people print it: a currency sign, thousands separators, a percent sign, or brackets for a minus.
# The separators must stand every three digits, so that a list such as "1,2,3" is not taken for a number.
_DRESSED = r"[-+(]?\s*[£$€]?\s*[-+]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?\s*%?\s*\)?"
_UNDRESS = r"[£$€,%()\s+]"

DRESSED = ("thousands", "thousands in places", "percent", "currency")  # forms of numbers that a plain reader takes for text
DATE_FORMATS = ("%d/%m/%Y", "%d-%m-%Y", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%d-%b-%y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d.%m.%Y")


def identifier(name: str) -> str:
    """A column or table name, quoted: header text never reaches SQL as it came."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """A string literal; a zero byte, which SQL text cannot hold, is put together beside it."""
    if "\0" in value:
        return "(" + " || chr(0) || ".join(literal(part) for part in value.split("\0")) + ")"
    return "'" + value.replace("'", "''") + "'"


def literals(values: object) -> str:
    """A parenthesised list for `in`; never empty, so that the SQL stays valid."""
    listed = ", ".join(literal(str(value)) for value in values)  # type: ignore[attr-defined]
    return f"({listed or 'NULL'})"


def text(cell: str) -> str:
    """The cell without blanks (and no-break spaces) at its ends; NULL where nothing is left."""
    return f"nullif(trim({cell}, ' \t\r\n\u00a0'), '')"


def plain_number(cell: str) -> str:
    """A number that any reader takes for one: `5`, `5.0`, `1e3`. Infinities and NaN are not numbers here."""
    cast = f"try_cast({cell} as double)"
    return f"case when isfinite({cast}) then {cast} end"


def dressed_number(cell: str) -> str:
    """A number printed for people: `1,234`, `£5`, `51%`, `(3.20)` for minus 3.20."""
    sign = f"case when {cell} like '(%' then -1 else 1 end"
    return f"case when regexp_full_match({cell}, '{_DRESSED}') then {sign} * try_cast(regexp_replace({cell}, '{_UNDRESS}', '', 'g') as double) end"


def number(cell: str) -> str:
    """The number that the cell prints, plain or dressed; per cent as printed (`51%` is 51)."""
    return f"coalesce({plain_number(cell)}, {dressed_number(cell)})"


def number_as(cell: str, form: str | None) -> str:
    """The number that a cell of an observed column prints: the cheap way where the column prints its numbers plainly."""
    return number(cell) if form in DRESSED else plain_number(cell)


def date(cell: str) -> str:
    """The day that the cell prints, in ISO or in the British orders."""
    formats = "[" + ", ".join(literal(form) for form in DATE_FORMATS) + "]"
    return f"coalesce(try_cast({cell} as date), try_strptime({cell}, {formats})::date)"


def canonical(cell: str, numeric: bool, form: str | None = "thousands") -> str:
    """One spelling per value, so that `5`, `5.0` and `005.00` compare equal where the column is numeric; '' for an empty cell."""
    if not numeric:
        return f"coalesce({text(cell)}, '')"
    return f"coalesce(({number_as(cell, form)})::varchar, {text(cell)}, '')"
