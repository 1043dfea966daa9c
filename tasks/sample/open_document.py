"""Sheets as an OpenDocument spreadsheet (.ods), as government departments publish their tables: cells, typed, and nothing else.

Deterministic: the same rows give the same bytes. Refuses nothing: a value that is no number is text.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

MEDIA_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_STAMP = (2020, 1, 1, 0, 0, 0)
_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"'
)
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
    f'manifest:version="1.2"><manifest:file-entry manifest:full-path="/" manifest:media-type="{MEDIA_TYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)


Span = Sequence[int]  # top, left, bottom, right of cells that are merged, from 0


def spreadsheet(sheets: Iterable[tuple[str, Sequence[Sequence[Any]], Sequence[Span]]]) -> bytes:
    """The bytes of a spreadsheet of these sheets (name, rows, merged cells)."""
    tables = "".join(_table(name, rows, spans) for name, rows, spans in sheets)
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_NAMES}><office:body><office:spreadsheet>{tables}'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        # By the standard the media type comes first and is not packed.
        archive.writestr(zipfile.ZipInfo("mimetype", _STAMP), MEDIA_TYPE, zipfile.ZIP_STORED)
        archive.writestr(zipfile.ZipInfo("META-INF/manifest.xml", _STAMP), _MANIFEST, zipfile.ZIP_DEFLATED)
        archive.writestr(zipfile.ZipInfo("content.xml", _STAMP), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def _table(name: str, rows: Sequence[Sequence[Any]], spans: Sequence[Span]) -> str:
    corners = {(top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in spans}
    covered = {
        (row, column) for top, left, bottom, right in spans for row in range(top, bottom + 1) for column in range(left, right + 1)
    } - corners.keys()
    lines = []
    for number, row in enumerate(rows):
        width = max([len(row), *(column + 1 for line, column in covered if line == number)])
        cells = [*row, *[None] * (width - len(row))]
        printed = [
            "<table:covered-table-cell/>" if (number, place) in covered else _cell(cell, corners.get((number, place)))
            for place, cell in enumerate(cells)
        ]
        lines.append(f"<table:table-row>{''.join(printed) or '<table:table-cell/>'}</table:table-row>")
    return f"<table:table table:name={quoteattr(name)}>{''.join(lines)}</table:table>"


def _cell(value: Any, spanned: tuple[int, int] | None = None) -> str:
    over = f' table:number-rows-spanned="{spanned[0]}" table:number-columns-spanned="{spanned[1]}"' if spanned else ""
    if value is None or value == "":
        return f"<table:table-cell{over}/>"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f'<table:table-cell{over} office:value-type="float" office:value="{value!r}"><text:p>{value!r}</text:p></table:table-cell>'
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in str(value).split("\n"))
    return f'<table:table-cell{over} office:value-type="string">{lines}</table:table-cell>'
