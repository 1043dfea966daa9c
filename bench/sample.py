"""A home in which the shipped sample has landed and is published: the one that EVIDENCE_SAMPLE_HOME names, or one made for the measurement."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from warehouse.home import Home

PROGRAM = Path(sys.executable).with_name("evidence")


@contextmanager
def sample_home(console: Console) -> Iterator[Home]:
    """The home; read it, never write to it."""
    if made_before := os.environ.get("EVIDENCE_SAMPLE_HOME"):
        yield Home(Path(made_before).resolve())
        return
    with tempfile.TemporaryDirectory(prefix="evidence-bench-sample-") as folder:
        home = Home(Path(folder) / "home")
        console.print("Landing the sample ...")
        environment = {**os.environ, "EVIDENCE_HOME": str(home.root)}
        done = subprocess.run([PROGRAM, "run", "--sample", "--direct"], env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(done.stdout + done.stderr)
        yield home
