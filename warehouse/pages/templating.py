"""The templates: Jinja with everything escaped, and the one style and script that each page holds in itself.

Refuses a name that a template uses and nobody gave: an empty place on a page is an error here.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from warehouse.pages import numbers, wording

FOLDER = Path(__file__).resolve().parent / "templates"
_SPACES = re.compile(r"\n\s*")
_CODE = re.compile(r"`([^`]+)`")


class Templates:
    """Renders a template of `templates/` as a whole page."""

    def __init__(self) -> None:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined  # a publication without pages need not load it

        # An unclosed tag of what arrived cannot reach a page: every text is escaped, and only the style, the script and the drawings are not.
        self._environment = Environment(
            loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        script = (FOLDER / "page.js").read_text(encoding="utf-8").strip()
        self._environment.globals.update(
            style=Markup(_SPACES.sub(" ", (FOLDER / "page.css").read_text(encoding="utf-8")).strip()),
            script=Markup(script),
            script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        )
        self._environment.filters.update(
            number=numbers.number, figure=numbers.figure, interval=numbers.interval, missing=numbers.missing, day=numbers.day,
            month=numbers.month, moment=numbers.moment, size=numbers.size, plural=numbers.plural, unit=numbers.unit_in_words,
            breakdown=wording.plain_breakdown, code=with_code,
        )  # fmt: skip

    def render(self, name: str, root: str, **given: Any) -> str:
        """The page. `root` is the way from it to the folder of the first page: '' or '../'."""
        return self._environment.get_template(name).render(root=root, **given)


def with_code(text: str | None) -> Markup:
    """A text in which `names in backticks` are set as code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text or ""))))
