"""Write the sample's figures of the Department for Education: cells as the real files print them, in compact tables, and their manifests.

`carry_dfe_files` says which. Deterministic: the same files give the same bytes. Refuses to fill in what a file does not hold.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from tasks.sample.carry_dfe_files import Carried, all_served
from tasks.sample.carrying import LICENCE, write_parquet

DFE = "dfe"


def carry(files: Path, out: Path) -> None:
    """Write the tables and manifests of DfE below `out` (the folder dfe of the figures) from the real files below `files`."""
    with duckdb.connect(":memory:") as connection, tempfile.TemporaryDirectory() as scratch:
        connection.execute("set threads to 1")
        for served in all_served():
            for table in served.tables:
                _write(connection, table, files / DFE, out, Path(scratch))
            manifest = {"protocol": served.protocol, "source": served.source, "licence": LICENCE, **served.told}
            (out / f"{served.name}.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _write(connection: duckdb.DuckDBPyConnection, table: Carried, folder: Path, out: Path, scratch: Path) -> None:
    """One compact table; the same file gives the same bytes."""
    columns = ", ".join(f'"{column}"' for column in table.columns)
    with _readable(table, folder, scratch) as source:
        query = f"select {columns} from {source} where {table.where.format(folder=folder)} order by {table.order}"
        if table.file.endswith(".parquet"):
            write_parquet(connection, query, out / f"{table.table}.parquet")
            return
        cursor = connection.execute(query)
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows(["" if cell is None else cell for cell in row] for row in cursor.fetchall())
    (out / f"{table.table}.csv.gz").write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))


@contextmanager
def _readable(table: Carried, folder: Path, scratch: Path) -> Iterator[str]:
    """The file as something to select from, every column as text."""
    path = folder / table.file
    if path.suffix == ".parquet":
        yield f"read_parquet('{path}')"
        return
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            path = scratch / table.member
            path.write_bytes(archive.read(table.member))
    if table.file.startswith("gias/") or "850" in table.file:  # windows-1252, rows longer or shorter than the header
        path = _regular(path, scratch)
    yield f"""read_csv('{path}', all_varchar = true, header = true, delim = ',', quote = '"', escape = '"')"""


def _regular(path: Path, scratch: Path) -> Path:
    """The file in UTF-8, each row made as wide as the header."""
    regular = scratch / path.name
    marked = path.read_bytes().startswith(b"\xef\xbb\xbf")
    with (
        path.open(encoding="utf-8-sig" if marked else "windows-1252", newline="", errors="strict") as file,
        regular.open("w", encoding="utf-8", newline="") as target,
    ):
        rows = csv.reader(file)
        header = next(rows)
        writer = csv.writer(target)
        writer.writerow(header)
        writer.writerows((row + [""] * len(header))[: len(header)] for row in rows)
    return regular
