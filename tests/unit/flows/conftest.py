"""Prefect for the tests of flows: its settings are ours, its home is a folder of its own, set before anything imports it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path

from flows.settings import prepare
from warehouse.home import Home

_FOLDER = Path(tempfile.mkdtemp(prefix="evidence-prefect-"))
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)
prepare(Home(_FOLDER), quiet=True)
