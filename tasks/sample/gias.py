"""DfE's register of schools on this machine: daily extracts in windows-1252, every field quoted, lines ended as in Windows.

Holds no figures: it reads a manifest and the tables beside it. The manifest is JSON, `<dataset>.json` under `tasks/sample/figures/dfe/`:

    {"protocol": "gias", "source": "…", "licence": "…", "extracts": {"edubasealldata": "<dataset>.csv.gz"}}

Whatever day the figures are of, they are yesterday's extract to who asks; today's is not there yet, as on many a morning.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

from tasks.fetch.gias import today_in_london
from tasks.sample.ees_data import csv_of
from tasks.sample.server import Request, Response

_BLOB = (
    '<?xml version="1.0" encoding="utf-8"?><Error><Code>BlobNotFound</Code><Message>The specified blob does not exist.</Message></Error>'
)


class GiasExtracts:
    """The folder of extracts. `days` (day -> names of the extracts that are there; None: all of yesterday's) may be changed."""

    def __init__(self, extracts: Mapping[str, Path | bytes], days: Mapping[date, Iterable[str]] | None = None) -> None:
        self.extracts = dict(extracts)
        self.days = days

    def respond(self, request: Request) -> Response | None:
        match = re.fullmatch(r"/([a-z_]+)(\d{8})\.csv", request.path)
        if not match or match[1] not in self._there(match[2]):
            return Response.of_text(_BLOB, 404, "application/xml")
        figures = self.extracts[match[1]]
        body = figures if isinstance(figures, bytes) else as_extract(csv_of(figures))
        tag = f'"{match[2]}-{len(body)}"'
        if request.headers.get("if-none-match") == tag:
            return Response(304, b"", {"ETag": tag})
        return Response(200, body, {"Content-Type": "text/csv", "ETag": tag})

    def _there(self, day: str) -> Iterable[str]:
        days = self.days if self.days is not None else {today_in_london() - timedelta(days=1): self.extracts}
        return next((names for each, names in days.items() if f"{each:%Y%m%d}" == day), ())


def gias_extracts(manifests: Iterable[Path]) -> GiasExtracts:
    """The extracts of all manifests, in one folder."""
    found: dict[str, Path | bytes] = {}
    for manifest in manifests:
        told = json.loads(manifest.read_text(encoding="utf-8"))
        found |= {extract: manifest.parent / name for extract, name in told["extracts"].items()}
    return GiasExtracts(found)


def as_extract(table: bytes) -> bytes:
    """A CSV in UTF-8 as the register prints it."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows(csv.reader(io.StringIO(table.decode("utf-8"))))
    return text.getvalue().encode("windows-1252")
