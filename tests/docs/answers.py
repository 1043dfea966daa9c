"""The answers that the documentation prints: each ```sh block of one `evidence sql` command is followed by a ```text block with what it prints.

`python -m tests.docs.answers README.md` writes the answers anew, from the home of EVIDENCE_HOME; the test compares them.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PAIR = re.compile(r"```sh\n(evidence sql [^\n]+)\n```\n\n```text\n(.*?)```\n", re.S)


def answers(text: str) -> Iterator[tuple[str, str]]:
    """(command, printed answer) of every pair of blocks."""
    return ((found[1], found[2]) for found in PAIR.finditer(text))


def ask(command: str, home: Path) -> str:
    """What a person sees who pastes the command, in a terminal of 120 columns."""
    environment = {**os.environ, "EVIDENCE_HOME": str(home), "COLUMNS": "120", "NO_COLOR": "1"}
    program = Path(sys.executable).with_name("evidence")
    done = subprocess.run(
        [str(program), *shlex.split(command)[1:]], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    return "\n".join(line.rstrip() for line in (done.stdout + (done.stderr if done.returncode else "")).strip().splitlines()) + "\n"


def main(paths: list[str]) -> None:
    """Write the answers of these pages anew."""
    home = Path(os.environ["EVIDENCE_HOME"])
    for path in map(Path, paths):
        text = path.read_text(encoding="utf-8")
        path.write_text(PAIR.sub(lambda found: f"```sh\n{found[1]}\n```\n\n```text\n{ask(found[1], home)}```\n", text), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
