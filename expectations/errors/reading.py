"""Coded errors. Reading what came."""

from __future__ import annotations

from expectations.errors.kind import ErrorKind

CODES: dict[str, ErrorKind] = {
    # -- read --------------------------------------------------------------------------------------------------------------
    "read.unsupported": ErrorKind(
        "The file is of a format that is not read",
        "The first bytes (or the declared format) name something that holds no table: a PDF, a picture, XML, a database.",
        "Point the source at the publisher's CSV, Excel, ODS, Parquet, JSON or GeoJSON file.",
    ),
    "read.html": ErrorKind(
        "A web page came in place of data",
        "The file begins as HTML: a login, an error page, or the landing page of the download.",
        "Open the URL in a browser; correct the source's URL, or wait if the publisher's service is down.",
    ),
    "read.not_a_table": ErrorKind(
        "The file holds no table",
        "Text without cells, JSON without a list of records, a zip without a data file, or text that breaks the format's rules.",
        "Look at the file; name the sheet, member, delimiter or header row in the declaration if the table is there.",
    ),
    "read.empty": ErrorKind(
        "The file is empty",
        "The file has no bytes, or no cell of it is filled.",
        "Fetch it again; if it stays empty, ask the publisher.",
    ),
    "read.truncated": ErrorKind(
        "The file ends before its data does, or is damaged",
        "An archive or workbook fails its own checks, or text ends within a quoted cell, a record or a character.",
        "Fetch it again; if the row named is far from the end of a text file, a stray quote stands there.",
    ),
    "read.several_tables": ErrorKind(
        "The archive holds several tables",
        "A zip has more than one data file and none is named.",
        "Name one of the listed members as `member` in the declaration.",
    ),
    "read.unknown_member": ErrorKind(
        "The archive has no such member",
        "The declared `member` is not in the zip.",
        "Name one of the listed members.",
    ),
    "read.unsafe_member": ErrorKind(
        "The archive has a member that leads out of its folder",
        "A member's name is absolute or climbs with `..`: no publisher's tool writes this.",
        "Do not use the file; ask the publisher.",
    ),
    "read.encrypted": ErrorKind(
        "The file is locked by a password",
        "A workbook or a zip member is encrypted.",
        "Ask the publisher for an open copy.",
    ),
    "read.unknown_sheet": ErrorKind(
        "The workbook has no such sheet",
        "The declared `sheet` is not in the workbook.",
        "Name one of the listed sheets.",
    ),
    "read.no_header": ErrorKind(
        "The declared header row is not in the file",
        "The declaration names a `header_row` below the last row.",
        "Correct `header_row`, or leave it out: the header is then looked for.",
    ),
    "read.encoding": ErrorKind(
        "The declared charset is not known",
        "The declaration names an `encoding` that Python does not know.",
        "Use a standard name such as utf-8 or windows-1252, or leave it out.",
    ),
    "read.too_large": ErrorKind(
        "The file is larger than the limit",
        "The file, or what it holds once decompressed, exceeds the declared or built-in number of bytes.",
        "Raise `max_bytes` in the declaration if the size is right.",
    ),
    "read.bomb": ErrorKind(
        "The file would swell beyond what a table does",
        "A compressed file unpacks to hundreds of times its size, or a sheet has a cell at its far corner.",
        "Do not use the file; ask the publisher for a plain copy.",
    ),
}
