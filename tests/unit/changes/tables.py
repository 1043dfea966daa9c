"""Tiny tables for tests of shape and change: a statistical panel as the Department for Education lays it out."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

Row = dict[str, "str | None"]
PLACES = [
    (f"E08{25 + i:06d}", name)
    for i, name in enumerate(["Birmingham", "Coventry", "Dudley", "Sandwell", "Solihull", "Walsall", "Wolverhampton", "Bolton"])
]


def panel(
    periods: Sequence[str] = ("202122", "202223"),
    places: Sequence[tuple[str, str]] = PLACES,
    sexes: Sequence[str] = ("Girls", "Boys", "Total"),
) -> list[Row]:
    """One row per period, authority and sex, with a count, a rate and a version; every value differs from every other."""
    rows: list[Row] = []
    for period in periods:
        for code, name in places:
            for sex in sexes:
                seed = int(period[:4]) * 31 + int(code[-2:]) * 97 + sum(map(ord, sex)) * 13
                pupils = 1000 + seed * 7919 % 9000
                rate = f"{(seed * 104729 % 1000) / 10 + 0.05:.2f}"
                rows.append(
                    {
                        "time_period": period,
                        "new_la_code": code,
                        "la_name": name,
                        "sex": sex,
                        "version": "Final",
                        "pupils": str(pupils),
                        "rate": rate,
                    }
                )
    return rows


def put(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row]) -> str:
    """A table as the reader makes it: all VARCHAR, and `_row`."""
    names = list(rows[0])
    quoted = ['"' + name.replace('"', '""') + '"' for name in names]
    connection.execute(f"create or replace table {table} ({', '.join(f'{name} varchar' for name in quoted)}, _row bigint)")
    connection.executemany(
        f"insert into {table} values ({', '.join('?' * (len(names) + 1))})", [[*row.values(), place + 2] for place, row in enumerate(rows)]
    )
    return table
