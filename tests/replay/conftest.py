"""Fixtures of the replays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from replaying import Replay

from expectations.declaration import Dataset
from warehouse.home import Home


@pytest.fixture
def replay(real_files: Path, tmp_path: Path) -> Callable[[Dataset], Replay]:
    """A replay of a dataset; several of one test share a home."""
    home = Home(tmp_path / "home")
    return lambda dataset: Replay(dataset, real_files, home, tmp_path / "accepted")
