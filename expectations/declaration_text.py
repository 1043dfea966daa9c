"""How a declaration writes a value: as YAML on one line, for drafts that a person goes on with."""

from __future__ import annotations

from typing import Any

import yaml


def flow(value: Any) -> str:
    """A value as YAML on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, width=float("inf"), allow_unicode=True, sort_keys=False).strip()
    return text.removesuffix("...").strip()
