"""What the tests of drafts share: a file that nobody has seen, its draft in a checkout of its own, and the whole pipeline behind it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import duckdb

from expectations.declaration import load_file
from tasks.accept import accept
from tasks.checkout import Checkout
from tasks.draft import Draft, Wanted, draft, write
from tasks.draft.look import Found, look
from tasks.fetch.http import HttpSettings
from tasks.pipeline import Job, ingest
from tasks.publish import Published
from tasks.record import DatasetOutcome
from warehouse.home import Home

LIBRARIES = """\
Visits to libraries of the city
Source: Birmingham City Council

Library,Ward Code,Year,Visits,Loans per cent
Central,E05011118,2023,"1,204",51%
Central,E05011118,2024,c,52%
Acocks Green,E05011119,2023,310,48%
Acocks Green,E05011119,2024,290,z
Moseley,E05011118,2023,64,11%
Moseley,E05011118,2024,65,11%
Aston,E05011120,2023,77,12.5%
Aston,E05011120,2024,80,13%
"""


@dataclass(frozen=True)
class Drafted:
    """A draft that has been written, what it was made of, and where."""

    found: Found
    made: Draft
    checkout: Checkout
    home: Home

    @property
    def yaml(self) -> str:
        return self.checkout.declaration(self.made.id).read_text(encoding="utf-8")

    def job(self) -> Job:
        return Job("run-1", self.home, lambda *_: self.found.delivery, "replay", accepted=self.checkout.accepted, sql=self.checkout.sql)

    def arrive(self) -> DatasetOutcome:
        """The first run: what came is archived, and proposed as the contract."""
        return ingest(load_file(self.checkout.declaration(self.made.id)), self.job())

    def land(self) -> DatasetOutcome:
        """The first run, and a person who accepts it."""
        first = self.arrive()
        assert first.status == "held", first.error
        with patch("tasks.pipeline.publish_all", return_value=Published(self.home.database, "", False)):
            record = accept(load_file(self.checkout.declaration(self.made.id)), self.job(), "first contract", "Ada Marsh")[1]
        return record.outcomes[0]


def drafted(address: str, folder: Path, part: str = "", wanted: Wanted | None = None, settings: HttpSettings | None = None) -> Drafted:
    """Fetch, look, draft and write, in folders of their own."""
    with duckdb.connect(":memory:") as connection:
        found = look(address, part, connection, settings or HttpSettings(), folder / "scratch")
        made = draft(found, wanted or Wanted(), connection)
    checkout = Checkout.below(folder / "checkout")
    write(made, checkout)
    return Drafted(found, made, checkout, Home(folder / "home"))
