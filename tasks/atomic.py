"""Write aside, flush, check, rename: the only way in which a file or folder of the home comes to its name.

Refuses to leave half a thing under a name that others read: a process killed at any instant leaves the old state or the new one. What a killed
process leaves aside (`.aside-…`) is never read, and is swept by the next writer of that folder.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ASIDE = ".aside-"


def replace_text(path: Path, text: str) -> None:
    """Replace a file's text at once; readers see the old text or the new. Makes the folder where it is missing."""
    replace_bytes(path, text.encode("utf-8"))


def replace_json(path: Path, value: Any) -> None:
    """Replace a file by JSON that a person can read and diff. What JSON has no form for (a path, a date) is written as its text."""
    replace_text(path, json.dumps(value, indent=1, ensure_ascii=False, default=str) + "\n")


def replace_bytes(path: Path, content: bytes) -> None:
    """Replace a file's bytes at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with aside(path) as written:
        with written.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        move_into_place(written, path)


@contextmanager
def aside(path: Path) -> Iterator[Path]:
    """A name beside `path`, in the same file system, to write under; what is left there is removed at the end."""
    written = path.parent / f"{ASIDE}{uuid.uuid4().hex}-{path.name}"
    try:
        yield written
    finally:
        _remove(written)


def move_into_place(written: Path, path: Path) -> None:
    """Rename at once, and make the rename itself durable. The content of `written` must have been flushed (`flush`)."""
    os.replace(written, path)
    _flush_one(path.parent)


def flush(path: Path) -> None:
    """Make a file, or every file of a folder and the folder, durable: after a power cut the content is there before its name is."""
    if path.is_dir():
        for member in sorted(path.rglob("*")):
            _flush_one(member)
    _flush_one(path)


def sweep(folder: Path, name: str = "*") -> int:
    """Remove what killed writers of `name` left aside in a folder. Only for one who holds their lock. Returns how many things."""
    left = sorted(folder.glob(f"{ASIDE}*-{name}")) if folder.is_dir() else []
    for path in left:
        _remove(path)
    return len(left)


def _flush_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
