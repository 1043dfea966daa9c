"""The entry of the command line: registers the commands, and turns every failure into facts and an exit code.

Refuses to show a stack trace: a coded error is printed as its facts, anything else as one sentence and the path of a log that holds the trace.
Exit codes: 0 all landed or unchanged, 1 something held, rejected or failed, 2 wrong use.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime

import typer

from expectations.errors import EvidenceError
from flows.cli import (
    accept,
    alerts,
    automations,
    changes,
    check,
    compare,
    datasets,
    decline,
    deployments,
    diff,
    doctor,
    down,
    export,
    forget,
    new,
    pages,
    provenance,
    rehearse,
    run,
    show,
    sql,
    status,
    up,
    watch,
)
from flows.cli.output import EXIT_FAILED, EXIT_WRONG_USE, print_error
from flows.cli.quick import prepare_help
from warehouse.home import Home

WRONG_USE = {
    "accept.unknown_change",
    "command.query_failed",
    "command.unreadable",
    "declaration.unknown_dataset",
    "diff.no_such_state",
    "draft.exists",
    "draft.incomplete",
    "draft.several_parts",
    "draft.unknown_address",
    "export.unknown_table",
    "forget.no_such_snapshot",
    "rehearse.unknown_mutation",
}
_START = """\
Keep a city's evidence base: fetch open data, prove that it is what it was, land it, publish one DuckDB file.

[bold]Start here[/bold]

[cyan]evidence run --sample[/cyan]: everything, on the data that ships with the project, without a network

[cyan]evidence status[/cyan]: what is landed, what is held and why

[cyan]evidence sql "show all tables"[/cyan]: what there is to ask
"""
_END = """\
Every command has its own help and examples: evidence run --help

EVIDENCE_HOME is the folder where everything is kept. Exit codes: 0 all is well, 1 something is held or failed, 2 wrong use."""

app = typer.Typer(
    name="evidence",
    help=_START,
    epilog=_END,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
_GROUPS: dict[str, tuple[Callable[..., None], ...]] = {
    "The work": (run.run, status.status, watch.watch, check.check, new.new),
    "When a source changes": (changes.changes, accept.accept, decline.decline, alerts.alerts, compare.compare, rehearse.rehearse),
    "The data": (datasets.datasets, show.show, sql.sql, pages.pages, export.export, provenance.provenance, diff.diff, forget.forget),
    "The service": (up.up, down.down, deployments.deployments, automations.automations, doctor.doctor),
}
for _panel, _commands in _GROUPS.items():
    for _command in _commands:
        app.command(rich_help_panel=_panel, epilog=sys.modules[_command.__module__].EXAMPLES)(_command)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    prepare_help(sys.argv[1:])
    try:
        app()
    except EvidenceError as error:
        print_error(error)
        _leave(EXIT_WRONG_USE if error.code in WRONG_USE else EXIT_FAILED)
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. What had landed stays; run the same command again to go on.\n")
        _leave(130)
    except BrokenPipeError:
        # The reader of our pipe has left (`evidence sql … | head`): no error, but Python would print one at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _leave(0)
    except Exception as error:
        sys.stderr.write(f"Something went wrong that this program did not foresee: {type(error).__name__}: {error}\n")
        sys.stderr.write(f"The whole account is in {_log(error)}\n")
        _leave(EXIT_FAILED)


def _leave(code: int) -> None:
    sys.stdout.flush()
    sys.exit(code)


def _log(error: Exception) -> str:
    """Write the trace where a person can send it from; the path, or why there is none."""
    try:
        folder = Home.from_environment().root / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"error-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}.log"
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        return str(path)
    except OSError as unwritable:
        return f"no log ({unwritable}):\n{''.join(traceback.format_exception(error))}"


if __name__ == "__main__":
    main()
