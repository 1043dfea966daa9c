"""The servers that we did not write, started once for all tests of this folder, which run only where they are asked for by path.

`make test-servers` installs the servers and runs the tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.fetch.http import Http, HttpSettings
from tests.servers.feature_service import FeatureService, feature_service
from tests.servers.object_store import ObjectStore, object_store
from tests.servers.portal import Portal, portal

HERE = Path(__file__).resolve().parent
INSTALLED = HERE.parents[1] / ".servers"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave this folder out of `pytest` and `pytest tests`: its servers take minutes to install and a minute to start."""
    asked = [(config.invocation_params.dir / argument.split("::")[0]).resolve() for argument in config.args]
    return None if any(path == HERE or HERE in path.parents for path in asked) else True


@pytest.fixture(scope="session")
def koop() -> Iterator[FeatureService]:
    """A FeatureServer with nothing published yet."""
    with feature_service(_installed("koop")) as running:
        yield running


@pytest.fixture(scope="session")
def ckan() -> Iterator[Portal]:
    """A CKAN portal without a package."""
    with portal(_installed("ckan")) as running:
        yield running


@pytest.fixture(scope="session")
def store() -> Iterator[ObjectStore]:
    """An object store without a bucket."""
    with object_store(_installed("s3")) as running:
        yield running


@pytest.fixture
def http(tmp_path: Path) -> Iterator[Http]:
    """Our client, with short pauses between its attempts."""
    with Http(HttpSettings(allow_loopback=True, retries=1, backoff=0.01, jitter=0), tmp_path / "scratch") as opened:
        yield opened


def _installed(server: str) -> Path:
    folder = INSTALLED / server
    if not (folder / ".ready").exists():
        pytest.fail(f"{server} is not installed: run `make test-servers`", pytrace=False)
    return folder
