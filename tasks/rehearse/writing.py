"""Write a table to a file, plainly or as publishers wrap the same content: other quoting, character sets, compression, formats, print of numbers.

Every rewriting says the same: a comparison with the plain file must raise no alarm. Refuses to reword a value; only how it is printed differs.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pandas
import pyarrow as pa
import pyarrow.parquet

from tasks.rehearse.frame import Cell, Frame

_PLAIN_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")


@dataclass(frozen=True)
class Rewriting:
    """The same content in another wrapping: `write(frame, folder)` gives the file."""

    name: str
    write: Callable[[Frame, Path], Path]


def write(frame: Frame, path: Path, **options: object) -> Path:
    """A table as CSV, or as a workbook or Parquet where the name of the file says so; plain UTF-8, commas and LF unless told otherwise."""
    if path.suffix == ".xlsx":
        return workbook(frame, path)
    path.write_bytes(csv_bytes(frame, **options))  # type: ignore[arg-type]
    return path


def csv_bytes(
    frame: Frame,
    *,
    delimiter: str = ",",
    quoting: int = csv.QUOTE_MINIMAL,
    line_end: str = "\n",
    encoding: str = "utf-8",
    above: Sequence[Sequence[Cell]] = (),
    below: Sequence[Sequence[Cell]] = (),
) -> bytes:
    """The bytes of a CSV; `above` and `below` are rows of notes over the header and under the last record."""
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, quoting=quoting, lineterminator=line_end)  # type: ignore[arg-type]
    for row in (*above, frame.columns, *frame.rows, *below):
        writer.writerow(["" if cell is None else cell for cell in row])
    return written.getvalue().encode(encoding, errors="replace")


def workbook(frame: Frame, path: Path, sheet: str = "Data", others: Mapping[str, Sequence[Sequence[Cell]]] | None = None) -> Path:
    """A workbook with the table on one sheet, numbers as numbers; `others` are sheets of text in front of it."""
    with pandas.ExcelWriter(path) as book:
        for name, rows in (others or {}).items():
            pandas.DataFrame(rows).to_excel(book, sheet_name=name, header=False, index=False)
        table: list[list[object]] = [list(frame.columns), *([_typed(cell) for cell in row] for row in frame.rows)]
        pandas.DataFrame(table, dtype=object).to_excel(book, sheet_name=sheet, header=False, index=False)
    return path


def geojson(frame: Frame, path: Path, crs: str, origin: tuple[float, float], step: float) -> Path:
    """The rows as features of a GeoJSON, each a point of its own from `origin` on, in the units of the reference system `crs`."""
    features = [
        {
            "type": "Feature",
            "properties": {name: _typed(cell) for name, cell in zip(frame.columns, row, strict=True)},
            "geometry": {"type": "Point", "coordinates": [origin[0] + step * (index % 50), origin[1] + step * (index // 50)]},
        }
        for index, row in enumerate(frame.rows)
    ]
    document = {"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": crs}}, "features": features}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def _typed(cell: Cell) -> object:
    """A plain number as a number, so far as a spreadsheet holds it exactly; all else as text."""
    if cell is None or not _PLAIN_NUMBER.fullmatch(cell) or len(cell) > 15:
        return cell
    return float(cell) if "." in cell else int(cell)


def _csv(name: str, **options: object) -> Callable[[Frame, Path], Path]:
    return lambda frame, folder: write(frame, folder / name, **options)


def _gzip(frame: Frame, folder: Path) -> Path:
    path = folder / "table.csv.gz"
    path.write_bytes(gzip.compress(csv_bytes(frame), mtime=0))
    return path


def _zip(frame: Frame, folder: Path) -> Path:
    path = folder / "table.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("table.csv", csv_bytes(frame))
    return path


def _parquet(frame: Frame, folder: Path) -> Path:
    path = folder / "table.parquet"
    columns = {name: pa.array(_typed_column(frame, name)) for name in frame.columns}
    pyarrow.parquet.write_table(pa.table(columns), path)
    return path


def _typed_column(frame: Frame, name: str) -> Sequence[object]:
    """Numbers where the whole column is numbers, as a publisher's own tool types it; else text."""
    cells = frame.cells(name)
    filled = [cell for cell in cells if cell is not None]
    if filled and all(_PLAIN_NUMBER.fullmatch(cell) and len(cell) <= 15 for cell in filled):
        whole = not any("." in cell for cell in filled)
        return [None if cell is None else int(cell) if whole else float(cell) for cell in cells]
    return cells


def _numbers(frame: Frame, printed: Callable[[str], str]) -> Frame:
    for name in frame.shape.measures:
        frame = frame.with_cells(name, lambda _, cell: printed(cell) if cell and _PLAIN_NUMBER.fullmatch(cell) else cell)
    return frame


def _as_floats(frame: Frame, folder: Path) -> Path:
    return write(_numbers(frame, lambda cell: cell if "." in cell else f"{cell}.0"), folder / "table.csv")


def _trailing_zeros(frame: Frame, folder: Path) -> Path:
    return write(_numbers(frame, lambda cell: f"{cell}00" if "." in cell else f"{cell}.00"), folder / "table.csv")


def _blanks_at_ends(frame: Frame, folder: Path) -> Path:
    texts = [column.name for column in frame.shape.columns if column.type == "text"]
    for name in texts[:3]:
        frame = frame.with_cells(name, lambda index, cell: f"{cell} " if cell and index % 2 else cell)
    return write(frame, folder / "table.csv")


def _shuffled(frame: Frame, folder: Path) -> Path:
    rows = list(frame.rows)
    Random(7).shuffle(rows)
    return write(frame.with_rows(rows), folder / "table.csv")


def _reversed(frame: Frame, folder: Path) -> Path:
    return write(frame.with_rows(frame.rows[::-1]), folder / "table.csv")


def _blank_lines(frame: Frame, folder: Path) -> Path:
    path = folder / "table.csv"
    path.write_bytes(csv_bytes(frame) + b"\n\n")
    return path


def _empty_columns(frame: Frame, folder: Path) -> Path:
    """Commas at the end of every line, as a spreadsheet leaves them: columns without header and without content."""
    nothing = [None] * len(frame.rows)
    return write(frame.with_column("", nothing).with_column("", nothing), folder / "table.csv")


def _no_last_line_end(frame: Frame, folder: Path) -> Path:
    path = folder / "table.csv"
    path.write_bytes(csv_bytes(frame).rstrip(b"\n"))
    return path


def _legacy(frame: Frame, folder: Path) -> Path:
    """windows-1252, where every character of the table has a place in it; a byte order mark and CRLF otherwise."""
    return write(frame, folder / "table.csv", encoding="cp1252" if _fits(frame, "cp1252") else "utf-8-sig")


def _fits(frame: Frame, encoding: str) -> bool:
    try:
        csv_bytes(frame).decode("utf-8").encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


REWRITINGS: tuple[Rewriting, ...] = (
    Rewriting("the same bytes", _csv("table.csv")),
    Rewriting("rows shuffled", _shuffled),
    Rewriting("rows reversed", _reversed),
    Rewriting("everything quoted", _csv("table.csv", quoting=csv.QUOTE_ALL)),
    Rewriting("byte order mark", _csv("table.csv", encoding="utf-8-sig")),
    Rewriting("CRLF", _csv("table.csv", line_end="\r\n")),
    Rewriting("semicolons", _csv("table.csv", delimiter=";")),
    Rewriting("tabs", _csv("table.tsv", delimiter="\t")),
    Rewriting("windows-1252", _legacy),
    Rewriting("UTF-16", _csv("table.csv", encoding="utf-16")),
    Rewriting("5 as 5.0", _as_floats),
    Rewriting("trailing zeros", _trailing_zeros),
    Rewriting("blanks at the ends of cells", _blanks_at_ends),
    Rewriting("blank lines at the end", _blank_lines),
    Rewriting("empty columns at the end", _empty_columns),
    Rewriting("no line end at the end", _no_last_line_end),
    Rewriting("gzip", _gzip),
    Rewriting("zip", _zip),
    Rewriting("workbook", lambda frame, folder: workbook(frame, folder / "table.xlsx")),
    Rewriting("Parquet", _parquet),
)
