"""One message in the forms that channels need: plain text, HTML for mail, short HTML for chat.

Refuses to pass on markup: what a publisher wrote is escaped in HTML, is kept on one line in text, and cannot break a subject line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from textwrap import fill

WIDTH = 88  # of plain text: reads well in a mail and in a terminal


@dataclass(frozen=True)
class Item:
    """One line of a list: a word that sorts it (a severity), the sentence, and an id to ask about."""

    text: str
    word: str = ""
    id: str = ""


@dataclass(frozen=True)
class Block:
    """A piece of a message. `brief` pieces are part of the short form for chat. `commands` are (what for, command)."""

    text: str = ""
    items: tuple[Item, ...] = ()
    more: int = 0  # items that are not shown
    commands: tuple[tuple[str, str], ...] = ()
    brief: bool = True
    small: bool = False


def one_line(text: object, most: int = 0) -> str:
    """A text on one line, without control characters, cut at a word where it is longer than `most`."""
    plain = " ".join("".join(sign if sign.isprintable() else " " for sign in str(text)).split())
    if not most or len(plain) <= most:
        return plain
    return plain[: most - 1].rsplit(" ", 1)[0].rstrip(",;:.") + "…"


def as_text(blocks: Sequence[Block]) -> str:
    """Plain text."""
    return "\n\n".join("\n".join(_text_lines(block)) for block in blocks) + "\n"


def as_html(blocks: Sequence[Block], brief: bool = False) -> str:
    """HTML of paragraphs and lists, which every mail program shows and every chat converts. `brief` leaves out what can be asked for."""
    return "\n".join(_html(block, brief) for block in blocks if block.brief or not brief)


def _text_lines(block: Block) -> list[str]:
    lines = [fill(one_line(block.text), WIDTH, break_long_words=False, break_on_hyphens=False)] if block.text else []
    for item in block.items:
        said = " ".join(
            part for part in (f"{item.word}:" if item.word else "", one_line(item.text), f"[{item.id}]" if item.id else "") if part
        )
        lines.append(fill(said, WIDTH, initial_indent="  - ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False))
    if block.more:
        lines.append(f"  - and {block.more} more")
    wide = max((len(label) for label, _ in block.commands), default=0)
    # A command stands on one line, however long: it is there to be copied.
    lines += [f"  {label + ':':<{wide + 1}}  {one_line(command)}" for label, command in block.commands]
    return lines


def _html(block: Block, brief: bool) -> str:
    parts = []
    if block.text:
        text = escape(one_line(block.text))
        parts.append(f"<p><small>{text}</small></p>" if block.small else f"<p>{text}</p>")
    if block.items or block.more:
        items = [_html_item(item, brief) for item in block.items] + ([f"<li>and {block.more} more</li>"] if block.more else [])
        parts.append(f"<ul>{''.join(items)}</ul>")
    if block.commands:
        lines = [f"{escape(label)}: <code>{escape(one_line(command))}</code>" for label, command in block.commands]
        parts.append(f"<p>{'<br>'.join(lines)}</p>")
    return "\n".join(parts)


def _html_item(item: Item, brief: bool) -> str:
    word = f"<b>{escape(one_line(item.word))}</b>: " if item.word else ""
    identity = f" <small>[{escape(one_line(item.id))}]</small>" if item.id and not brief else ""
    return f"<li>{word}{escape(one_line(item.text))}{identity}</li>"
