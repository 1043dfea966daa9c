"""Where what people write stands: declarations, tidy SQL and contracts of one checkout, by default the one that this code is of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from expectations.contract import ACCEPTED
from expectations.contract import path_of as contract_path
from expectations.declaration import DATASETS
from tasks.tidy import SQL


@dataclass(frozen=True)
class Checkout:
    """The three folders, each with a folder a publisher and a file a dataset."""

    datasets: Path = DATASETS
    sql: Path = SQL
    accepted: Path = ACCEPTED

    @classmethod
    def below(cls, folder: Path) -> Checkout:
        """The folders of another checkout, in the same places below it."""
        root = folder.expanduser().resolve()
        return cls(root / "expectations" / "datasets", root / "warehouse" / "tidy", root / "expectations" / "accepted")

    def declaration(self, dataset: str) -> Path:
        """The declaration's file."""
        publisher, name = dataset.split(".")
        return self.datasets / publisher / f"{name}.yaml"

    def tidy(self, dataset: str) -> Path:
        """The tidy SQL's file."""
        publisher, name = dataset.split(".")
        return self.sql / publisher / f"{name}.sql"

    def contract(self, dataset: str) -> Path:
        """The contract's file."""
        return contract_path(dataset, self.accepted)
