"""A publish that the disk refuses is a coded error, and the published file is as it was."""

from __future__ import annotations

import duckdb
import pytest

from expectations.errors import EvidenceError
from tasks import publish as publishing
from tests.landing import POPULATION, land_rows
from warehouse.home import Home


def test_a_rename_that_fails_is_a_coded_error(home: Home, connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    land_rows(connection, home, [("E08000025", "2023", 1.0, None)])

    def refuse(written: object, path: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(publishing, "move_into_place", refuse)
    with pytest.raises(EvidenceError) as refused:
        publishing.publish(home, [POPULATION])
    assert refused.value.code == "publish.failed" and "Permission denied" in refused.value.found
    assert not home.database.exists()
