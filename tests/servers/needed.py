"""Whether the system has the programs that `make test-servers` cannot install itself. Says in one sentence which Debian packages to install."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

_PACKAGES = {"node": "nodejs", "npm": "npm", "redis-server": "redis-server", "initdb": "postgresql"}


def missing() -> list[str]:
    """The Debian packages of which a program cannot be found."""
    return [package for program, package in _PACKAGES.items() if not _found(program)]


def _found(program: str) -> bool:
    # Debian keeps PostgreSQL's own programs off the path, one folder for each version.
    return shutil.which(program) is not None or (program == "initdb" and any(Path("/usr/lib/postgresql").glob("*/bin/initdb")))


if __name__ == "__main__" and (lacking := missing()):
    sys.exit(f"The servers need programs that are not on this machine: apt-get install {' '.join(lacking)}")
