"""What the name of a column gives away: a measure, a limit, a place, an order, or nothing at all.

Refuses to tell a number's meaning from its name alone: `plan` asks first what was observed of its values.
"""

from __future__ import annotations

import re

from expectations.shape import Column

RESERVED = frozenset({
    "measure", "value", "status", "marker", "unit", "period", "period_start", "period_end", "area_code", "area_name", "area_level",
    "area_vintage", "lower_ci", "upper_ci", "source_part", "source_row", "snapshot_id", "vintage", "printed",
})  # fmt: skip
NAMES_MEASURES = re.compile(r"^(measures?|indicator|variable|statistic|metric)(_name|_title)?$")
LOWER, UPPER = (
    re.compile(rf"(^|_){word}(_|.*)(ci|confidence|limit|bound)|(ci|cl|limit|bound)_?{word}|(^|_){word[0]}ci(_|$)", re.I)
    for word in ("lower", "upper")
)
PLACE = re.compile(r"(^|_)(lat|long|lng|latitude|longitude|easting|northing)s?$")  # where a thing is, and nothing that is measured
ANY_NUMBER = frozenset({"value", "obs_value", "observation", "figure", "amount", "data"})
NOMIS_REASON = "obs_status_name"
ORDERED = re.compile(r"(^|_)(rank|decile|quintile|score|age|year|order)$")
NO_FIGURE = re.compile(  # ends of names of numbers that name, place or order a row
    r"(^|_)(code|id|lea|urn|ukprn|uprn|estab|laestab|reference|postcode|number|no|key|year|age|month|week|day|date|rank|decile|quintile|band|stage"
    r"|level|version|objectid|fid|bng_e|bng_n|lat|long|latitude|longitude|easting|eastings|northing|northings|order|x|y)$"
)


def only_counts_rows(column: Column) -> bool:
    """Whether a column is 1, 2, 3 … down the file. Consecutive numbers from anywhere else (a register's own) name the rows."""
    return column.role == "row_number" and column.minimum in ("0", "1")
