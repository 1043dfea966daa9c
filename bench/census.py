"""A generated file in the form of a census table: ten columns, as many rows as asked, suppression markers and all.

The figures are made up and say so in their area codes (`E99…` is no area of the ONS).
"""

from __future__ import annotations

from pathlib import Path

COLUMNS = ("period", "area_code", "area_name", "area_level", "sex", "age_band", "ethnic_group", "tenure", "people", "share")


def write(path: Path, rows: int, revised: bool = False) -> int:
    """Write the CSV; returns its size in bytes. The same number of rows gives the same file; `revised`: one figure in a hundred is another."""
    count = f"(hash(i) + {'(hash(i) % 101 = 0)::int' if revised else '0'}) % 900"
    import duckdb

    with duckdb.connect(":memory:") as connection:
        connection.execute(
            f"""
            copy (
                select
                    '2021' as period,
                    'E99' || lpad((i // 400)::varchar, 6, '0') as area_code,
                    'Area ' || (i // 400) as area_name,
                    'LSOA' as area_level,
                    ['Female', 'Male'][1 + i % 2] as sex,
                    ['0 to 15', '16 to 24', '25 to 49', '50 to 64', '65 and over'][1 + (i // 2) % 5] as age_band,
                    'Group ' || lpad(((i // 10) % 10)::varchar, 2, '0') as ethnic_group,
                    ['Owned', 'Social rented', 'Private rented', 'Other'][1 + (i // 100) % 4] as tenure,
                    case when hash(i) % 50 = 0 then 'c' else ({count})::varchar end as people,
                    round((hash(i * 7) % 10000) / 100.0, 2) as share
                from range({rows}) as generated(i)
            ) to '{path}' (header, delimiter ',')
            """
        )
    return path.stat().st_size
