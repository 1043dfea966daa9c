"""Which format a file is of: from its first bytes, and only where they do not tell, from its name.

Refuses what is not data: HTML in place of a download (`read.html`), and formats that hold no table (`read.unsupported`).
"""

from __future__ import annotations

import re
import zipfile

from expectations.errors import EvidenceError
from tasks.read.container import Contents

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PARQUET = b"PAR1"

FORMATS = ("csv", "tsv", "xls", "xlsx", "xlsb", "ods", "parquet", "json", "geojson")

_HTML = re.compile(rb"^\s*(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_XML = re.compile(rb"^\s*<(\?xml|[a-z!])", re.IGNORECASE)
_JSON = re.compile(rb"^\s*(\{\s*(\"|\}|$)|\[\s*([\[{\"\]]|-?\d|$))")
_KNOWN = (
    (b"%PDF", "a PDF"),
    (b"SQLite format 3", "an SQLite database"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\x28\xb5\x2f\xfd", "zstd data"),
    (b"BZh", "bzip2 data"),
    (b"\x89PNG", "a picture"),
    (b"GIF8", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)


def detect(contents: Contents, declared: str | None = None) -> str:
    """One of `FORMATS`."""
    if declared is not None and declared not in FORMATS:
        raise EvidenceError("read.unsupported", where=contents.name, expected=f"one of {', '.join(FORMATS)}", found=repr(declared))
    with contents.path.open("rb") as file:
        start = file.read(4096)
    text = start.removeprefix(b"\xef\xbb\xbf")
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = start.decode("utf-16", "ignore").encode()
    if _HTML.match(text):
        raise EvidenceError("read.html", where=contents.name, expected="data", found=f"a web page: {_title(text)}")
    return declared or _by_bytes(contents, start, text)


def _by_bytes(contents: Contents, start: bytes, text: bytes) -> str:
    if start.startswith(b"PK"):
        return _zipped(contents)
    if start.startswith(OLE):
        return "xls"
    if start.startswith(PARQUET):
        return "parquet"
    for magic, name in _KNOWN:
        if start.startswith(magic):
            raise EvidenceError("read.unsupported", where=contents.name, expected=f"one of {', '.join(FORMATS)}", found=name)
    if _XML.match(text) and b"<" in text.strip()[:1]:
        raise EvidenceError(
            "read.unsupported", where=contents.name, expected=f"one of {', '.join(FORMATS)}", found=f"XML that begins {text.strip()[:60]!r}"
        )
    named_text = contents.name.casefold().endswith((".csv", ".tsv", ".txt"))
    if _JSON.match(text) and (not named_text or text.lstrip().startswith(b"{")):
        return "geojson" if contents.name.casefold().endswith(".geojson") or b'"FeatureCollection"' in text else "json"
    return "tsv" if contents.name.casefold().endswith((".tsv", ".tab")) else "csv"


def _zipped(contents: Contents) -> str:
    """Which workbook a zip is; `container` has taken apart every other zip."""
    try:
        with zipfile.ZipFile(contents.path) as archive:
            names = set(archive.namelist())
            kind = archive.read("mimetype").decode("ascii", "ignore") if "mimetype" in names else ""
    except (zipfile.BadZipFile, EOFError) as error:
        raise EvidenceError("read.truncated", where=contents.name, expected="a whole workbook", found=str(error)) from error
    if "opendocument.spreadsheet" in kind:
        return "ods"
    if any(name.startswith("xl/") for name in names):
        return "xlsb" if "xl/workbook.bin" in names else "xlsx"
    found = kind or "an office document that is no workbook"
    raise EvidenceError("read.unsupported", where=contents.name, expected="a workbook (xlsx, xlsb, ods)", found=found)


def _title(text: bytes) -> str:
    title = re.search(rb"<title[^>]*>(.*?)</title", text, re.IGNORECASE | re.DOTALL)
    return (title.group(1) if title else text[:80]).decode("utf-8", "replace").strip()
