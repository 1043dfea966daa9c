"""A generated file in the form of a census table: ten columns, as many rows as asked, suppression markers and all.

The figures are made up and say so in their area codes (`E99…` is no area of the ONS). `python -m bench.census PATH ROWS RELEASE SHUFFLED` writes
one in a process of its own: the peak memory of a process counts towards that of the processes it starts.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

COLUMNS = ("period", "area_code", "area_name", "area_level", "sex", "age_band", "ethnic_group", "tenure", "people", "share")


def write(path: Path, rows: int, release: int = 0, shuffled: bool = False) -> int:
    """Write the CSV; returns its size in bytes. The same arguments give the same file.

    `release`: in each after the first (0), one figure in a hundred is another than in the one before. `shuffled`: the rows stand in no order.
    """
    count = f"(hash(i) + {' + '.join(f'(hash(i) % 101 = {turn})::int' for turn in range(release)) or '0'}) % 900"
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
                {"order by hash(i + 1)" if shuffled else ""}
            ) to '{path}' (header, delimiter ',')
            """
        )
    return path.stat().st_size


def write_aside(path: Path, rows: int, release: int = 0, shuffled: bool = False) -> int:
    """The same, in a process of its own."""
    subprocess.run([sys.executable, "-m", "bench.census", str(path), str(rows), str(release), str(int(shuffled))], check=True)
    return path.stat().st_size


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "1")
