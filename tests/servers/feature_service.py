"""A FeatureServer: Koop over GeoJSON files in a temporary folder, a service for each file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.servers.programs import Program

_LISTENING = re.compile(r"listening at (http://127\.0\.0\.1:\d+)")


@dataclass(frozen=True)
class FeatureService:
    """A running Koop. `url` is the folder of its services."""

    url: str
    data: Path

    def publish(self, service: str, features: Sequence[Mapping[str, Any]], object_id: str = "", page: int = 0, **about: Any) -> str:
        """Publish features as layer 0 of a service. Without `object_id` Koop makes ids of its own, without `page` it offers its own."""
        given = {"name": service, "idField": object_id or None, "maxRecordCount": page or None, **about}
        metadata = {name: value for name, value in given.items() if value is not None}
        collection = {"type": "FeatureCollection", "metadata": metadata, "features": list(features)}
        (self.data / f"{service}.geojson").write_text(json.dumps(collection), encoding="utf-8")
        return service


@contextmanager
def feature_service(installed: Path) -> Iterator[FeatureService]:
    """Koop as it is installed in this folder, with nothing published yet."""
    with TemporaryDirectory(prefix="features-") as made:
        folder = Path(made)
        (folder / "data").mkdir()
        with Program("koop", ["node", installed / "server.js"], folder) as koop:
            koop.wait_until(lambda: _LISTENING.search(koop.log()) is not None)
            at = _LISTENING.search(koop.log())
            assert at is not None  # that is what was waited for
            yield FeatureService(f"{at[1]}/file-geojson/rest/services", folder / "data")
