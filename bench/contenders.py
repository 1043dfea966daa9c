"""The contenders, each a process of its own so that its time and its peak memory are its own: `python -m bench.contenders NAME CSV FOLDER`.

`copy` is the limit: DuckDB's bare typed COPY to zstd Parquet, no check, no archive. `ours` is the whole pipeline: archive, shape, contract, tidy,
checks on DuckDB, landing with provenance; `bare` the same without observing and comparing the shape, `bare_reordered` that of a file whose rows
stand in no order; `unchanged`, `revised` and `reordered` the next nights in the home that `ours` left. `by_hand` is what one writes without us:
pandas, Great Expectations on the frame, to_parquet. `polars` reads, types and writes, and checks nothing; `dlt` loads the file into Parquet on disk
with its own readers, and checks nothing. These two are no part of the project: they run in an environment of their own (`make bench`).
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from bench.census import COLUMNS

NUMBERS = ("people", "share")


def copy(csv: Path, folder: Path) -> int:
    """DuckDB's bare typed COPY: the limit. Markers cannot stay in a typed column, so they become empty."""
    import duckdb

    types = {name: "DOUBLE" if name in NUMBERS else "VARCHAR" for name in COLUMNS}
    with duckdb.connect(":memory:") as connection:
        connection.execute(
            f"copy (from read_csv('{csv}', header=true, columns={types!r}, nullstr=['c', ''])) to '{folder / 'bare.parquet'}' (compression zstd)"
        )
        counted = connection.execute(f"select count(*) from '{folder / 'bare.parquet'}'").fetchone()
    return int(counted[0]) if counted else 0


def by_hand(csv: Path, folder: Path) -> int:
    """pandas, the same ten rules in Great Expectations on the frame, to_parquet."""
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


def polars(csv: Path, folder: Path) -> int:
    """polars, lazily: scan, type, write. No check, no archive, no provenance."""
    pl = import_module("polars")

    types = {name: pl.Float64 if name in NUMBERS else pl.String for name in COLUMNS}
    path = folder / "polars.parquet"
    pl.scan_csv(csv, schema=types, null_values=["c"]).sink_parquet(path, compression="zstd")
    return int(pl.scan_parquet(path).select(pl.len()).collect().item())


def dlt(csv: Path, folder: Path) -> int:
    """dlt, with its own reader of CSV by DuckDB into Arrow, to Parquet in a folder. No check; markers become empty."""
    loader, files = import_module("dlt"), import_module("dlt.sources.filesystem")

    types = {name: "DOUBLE" if name in NUMBERS else "VARCHAR" for name in COLUMNS}
    found = files.filesystem(bucket_url=csv.parent.as_uri(), file_glob=csv.name)
    options = {"header": True, "dtype": types, "na_values": ["c", ""]}
    rows = found | files.read_csv_duckdb(chunk_size=100_000, use_pyarrow=True, **options)
    pipeline = loader.pipeline(
        "bench",
        destination=loader.destinations.filesystem(str(folder / "lake")),
        dataset_name="census",
        pipelines_dir=str(folder / "dlt"),
    )
    pipeline.run(rows.with_name("census"), loader_file_format="parquet").raise_on_failed_jobs()
    import duckdb

    counted = duckdb.execute(f"select count(*) from '{folder}/lake/census/census/*.parquet'").fetchone()
    return int(counted[0]) if counted else 0


def ours(csv: Path, folder: Path) -> int:
    """Our whole pipeline, without Prefect, on the same file: the first landing, with a contract that a small file's shape makes."""
    from bench.ours import land

    return land(csv, folder)


def bare(csv: Path, folder: Path) -> int:
    """The same without observing and comparing the shape."""
    from bench.ours import land

    return land(csv, folder, observe=False)


def bare_reordered(csv: Path, folder: Path) -> int:
    """The same of a file whose rows stand in no order: they are sorted when they land."""
    return bare(csv, folder)


def unchanged(csv: Path, folder: Path) -> int:
    """The same bytes once more."""
    from bench.ours import land_again

    return land_again(csv, folder)


def revised(csv: Path, folder: Path) -> int:
    """The next release, in which one figure in a hundred was revised."""
    from bench.ours import land_revised

    return land_revised(csv, folder)


def reordered(csv: Path, folder: Path) -> int:
    """The release after that: one figure in a hundred was revised, and the rows stand in no order."""
    from bench.ours import land_revised

    return land_revised(csv, folder)


ALL = {
    "copy": copy,
    "bare": bare,
    "ours": ours,
    "unchanged": unchanged,
    "revised": revised,
    "bare_reordered": bare_reordered,
    "reordered": reordered,
    "by_hand": by_hand,
    "polars": polars,
    "dlt": dlt,
}

if __name__ == "__main__":
    name, given, into = sys.argv[1:4]
    sys.stdout.write(f"{ALL[name](Path(given), Path(into))}\n")
