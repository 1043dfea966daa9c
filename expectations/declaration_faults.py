"""Where a declaration is wrong, and how: the line of its file, and the fault in words with the nearest right name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from yaml.reader import ReaderError

from expectations.errors import EvidenceError

_TIMESTAMP = "tag:yaml.org,2002:timestamp"


def invalid(path: Path, line: int, found: str, dataset: str, expected: str = "") -> EvidenceError:
    """The coded error of a fault in this line of a file."""
    return EvidenceError("declaration.invalid", where=f"{path}, line {line}", found=found, expected=expected, dataset=dataset)


def line_in(path: Path, location: tuple[Any, ...]) -> int:
    """The line of the deepest node of the path that a declaration's file has."""
    return line_of(yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader), location)


def line_of(node: yaml.Node | None, location: tuple[Any, ...]) -> int:
    """The line of the deepest node of the path that the file has (pydantic's path may hold names of its own)."""
    line = 1
    for step in location:
        found = _child(node, step)
        if found is None:
            continue
        key, node = found
        line = key.start_mark.line + 1
    return line


def line_of_fault(node: yaml.Node | None, fault: Any) -> int:
    """The line of what pydantic found: of the very name that the message quotes first, where it stands within the key that is faulty."""
    within = node
    for step in fault["loc"]:
        found = _child(within, step)
        within = found[1] if found else within
    quoted = re.search(r"'([^']+)'|`([^`]+)`", fault["msg"]) if fault["type"] == "value_error" else None
    named = _standing(within, quoted[1] or quoted[2]) if quoted else None
    return named.start_mark.line + 1 if named else line_of(node, fault["loc"])


def fault_of_yaml(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    """The line of a text that is no YAML, and what is wrong there: where a quotation or a key was left open, the line on which it began."""
    problem, mark, context = (getattr(error, name, None) for name in ("problem", "problem_mark", "context_mark"))
    if isinstance(error, ReaderError):
        return text[: int(error.position)].count("\n") + 1, f"the character {chr(error.character)!r} has no place in a text"
    if context is not None and problem and ("end of stream" in problem or "could not find expected" in problem):
        mark = context
    line = (mark.line + 1) if mark else 1
    written = text.splitlines()[line - 1] if line <= len(text.splitlines()) else ""
    if "\t" in written:
        return line, "a tab stands where only spaces may: indent with spaces"
    if "\u00a0" in written:
        return line, "a space that does not break (as word processors write it) stands where only a plain one may"
    return line, str(problem or error)


def text_of(path: Path, dataset: str) -> str:
    """The text of a file that is to be UTF-8. Raises `declaration.invalid` with the line of the first character that is none."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        printed = content[error.start : error.start + 1].decode("cp1252", "replace")
        raise invalid(path, line, f"{printed!r} is not in UTF-8", dataset, "a file that was saved as UTF-8") from None


def _standing(node: yaml.Node | None, text: str) -> yaml.Node | None:
    """The first key or value below a node that is this text."""
    if isinstance(node, yaml.ScalarNode):
        return node if node.value == text else None
    if isinstance(node, yaml.MappingNode):
        return next((found for pair in node.value for each in pair if (found := _standing(each, text))), None)
    if isinstance(node, yaml.SequenceNode):
        return next((found for each in node.value if (found := _standing(each, text))), None)
    return None


def _child(node: yaml.Node | None, step: Any) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None


def line_of_rule(node: yaml.Node | None, error: EvidenceError) -> int:
    """The line of the rule that an error of the rules names."""
    index = re.search(r"\d+", error.where)
    return line_of(node, ("expectations", int(index.group()) - 1)) if index else line_of(node, ("expectations",))


def repeated_key(node: yaml.Node | None) -> tuple[str, int] | None:
    """The first key that stands twice in one mapping, and its line; None where each stands once."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                return str(key.value), key.start_mark.line + 1
            seen.add(key.value)
            deeper = repeated_key(value)
            if deeper:
                return deeper
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            deeper = repeated_key(value)
            if deeper:
                return deeper
    return None


def impossible_date(node: yaml.Node | None) -> tuple[str, int] | None:
    """The first text that YAML takes for a date and no calendar has ('2026-13-01'), and its line; None where there is none."""
    if isinstance(node, yaml.ScalarNode) and node.tag == _TIMESTAMP:
        try:
            date(*map(int, str(node.value).replace("T", "-").replace(" ", "-").split("-")[:3]))
        except ValueError:
            return str(node.value), node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return next((found for _, value in node.value if (found := impossible_date(value))), None)
    if isinstance(node, yaml.SequenceNode):
        return next((found for value in node.value if (found := impossible_date(value))), None)
    return None


def sentence(error: Any, known: Iterable[str]) -> str:
    """What pydantic found, in words, with the nearest right name for a key that is not known."""
    path = ".".join(str(step) for step in error["loc"])
    if error["type"] == "extra_forbidden" and error["input"] is None and " " in str(error["loc"][-1]):
        return f"{error['loc'][-1]!r} was read as a key: a text with a comma inside {{…}} needs quotation marks"
    if error["type"] == "extra_forbidden":
        return f"unknown key {path!r}{nearest(str(error['loc'][-1]), known)}"
    if error["type"] == "missing":
        return f"missing key {path!r}"
    told = error["msg"].removeprefix("Value error, ")
    return f"{path}: {told}" if path else told


def nearest(name: str, known: Iterable[str]) -> str:
    """' (did you mean …?)' where a known name is near; '' where none is."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
