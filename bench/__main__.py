"""`python -m bench [ROWS …] [--parts landing,questions,commands] [--rounds N] [--only NAME,NAME]`: measure, and print ratios.

`landing` lands a generated file in every way there is (bench/landing.py); `questions` asks the published sample, and one a hundred times as large,
what analysts ask, and builds the indicators on both (bench/questions.py); `commands` starts the command line (bench/commands.py).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from rich.console import Console

PARTS = ("landing", "questions", "commands")
ROWS = (1_000_000, 10_000_000)
ROUNDS = 1
WIDTH = 150  # columns of the tables


def main(arguments: Sequence[str]) -> None:
    """Measure the parts that were asked for."""
    asked = _parsed(arguments)
    console, parts = Console(width=WIDTH), asked.parts.split(",")
    if "landing" in parts:
        from bench import landing

        landing.measure(asked.rows or ROWS, asked.rounds, [name for name in asked.only.split(",") if name], console)
    if {"questions", "commands"} & set(parts):
        from bench import commands, questions
        from bench.sample import sample_home

        with sample_home(console) as home:
            if "commands" in parts:
                commands.measure(home, console)
            if "questions" in parts:
                questions.measure(home, console)
    console.print(f"{os.cpu_count()} cores, load {os.getloadavg()[2]:.1f} over the last quarter of an hour")


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("rows", nargs="*", type=lambda text: int(float(text)), help="sizes of the generated file")
    parser.add_argument("--parts", default=",".join(PARTS), help=f"some of {', '.join(PARTS)}, separated by commas")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="of landing")
    parser.add_argument("--only", default="", help="some ways of landing, separated by commas")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
