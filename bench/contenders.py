"""The contenders, each a process of its own so that its time and its peak memory are its own: `python -m bench.contenders NAME CSV FOLDER`.

`copy` is the limit: DuckDB's bare typed COPY to zstd Parquet, no check, no archive. `by_hand` is what one writes without us: pandas, Great
Expectations on the frame, to_parquet. `ours` is the whole pipeline: archive, shape, contract, tidy, checks on DuckDB, landing with provenance.
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench import census


def copy(csv: Path, folder: Path) -> int:
    """DuckDB's bare typed COPY: the limit. Markers cannot stay in a typed column, so they become empty."""
    import duckdb

    types = {name: "DOUBLE" if name in ("people", "share") else "VARCHAR" for name in census.COLUMNS}
    with duckdb.connect(":memory:") as connection:
        connection.execute(
            f"copy (from read_csv('{csv}', header=true, columns={types!r}, nullstr=['c', ''])) to '{folder / 'bare.parquet'}' (compression zstd)"
        )
        counted = connection.execute(f"select count(*) from '{folder / 'bare.parquet'}'").fetchone()
    return int(counted[0]) if counted else 0


def by_hand(csv: Path, folder: Path) -> int:
    """pandas, the same ten rules in Great Expectations on the frame, to_parquet."""
    from importlib import import_module

    import pandas as pd

    gx, gxe = import_module("great_expectations"), import_module("great_expectations.expectations")  # as one writes it by hand, untyped

    frame = pd.read_csv(csv, na_values=["c"], dtype={"period": "str"})
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    asset = context.data_sources.add_pandas("by_hand").add_dataframe_asset("census")
    batch = asset.add_batch_definition_whole_dataframe("whole").get_batch({"dataframe": frame})
    suite = context.suites.add(gx.ExpectationSuite("census"))
    grain = ["period", "area_code", "sex", "age_band", "ethnic_group", "tenure"]
    suite.add_expectation(gxe.ExpectCompoundColumnsToBeUnique(column_list=grain))
    for column in grain:
        suite.add_expectation(gxe.ExpectColumnValuesToNotBeNull(column=column))
    suite.add_expectation(gxe.ExpectColumnValuesToBeBetween(column="people", min_value=0))
    suite.add_expectation(gxe.ExpectColumnValuesToBeBetween(column="share", min_value=0, max_value=100))
    suite.add_expectation(gxe.ExpectColumnValuesToMatchRegex(column="area_code", regex=r"^E99[0-9]+$"))
    result = batch.validate(suite)
    if not result.success:
        raise SystemExit("the rules do not hold")
    frame.to_parquet(folder / "by_hand.parquet", compression="zstd")
    return len(frame)


def ours(csv: Path, folder: Path) -> int:
    """Our whole pipeline, without Prefect, on the same file: the first landing, with a contract that its own shape makes."""
    from bench.ours import land

    return land(csv, folder)


if __name__ == "__main__":
    name, given, into = sys.argv[1:4]
    rows = {"copy": copy, "by_hand": by_hand, "ours": ours}[name](Path(given), Path(into))
    print(rows)  # noqa: T201  # the parent process reads it
