"""`evidence alerts`: what is open, who was told of it and when, and what still waits to be delivered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.output import EXIT_FAILED, AsJson, console, escaped, print_json, styled, table
from warehouse.home import Home

if TYPE_CHECKING:
    from tasks.alert.book import Alert
    from tasks.alert.channels import Channels

EXAMPLES = """\
[bold]Examples[/bold]

  evidence alerts                          what is open, and who was told

  evidence alerts --test                   a test message through every channel

  evidence alerts --flush                  send now what could not be delivered

Set EVIDENCE_ALERTS to the address of one channel (slack://…, workflows://…, mailtos://…, jsons://…: any that Apprise knows),
or EVIDENCE_ALERTS_FILE to a TOML file of several:

  \\[channels]
  data-team = "slack://…"
  on-call = "mailtos://user:password@host?to=…"

  \\[routes]
  "*" = \\["data-team"]
  education-data = \\["data-team", "on-call"]     by the owner of a dataset
"""

_GROUPS = ("Held or failed", "In the same release as what is held or failed", "Late", "Landed, to know of")


def alerts(
    flush: Annotated[bool, typer.Option("--flush", help="Send now what waits in the outbox.")] = False,
    test: Annotated[bool, typer.Option("--test", help="Send a test message through every channel.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say which alerts are open, who was told of them, and what waits to be sent.

    Exit code 1 where something could not be delivered by `--flush` or `--test`.
    """
    from tasks.alert import outbox
    from tasks.alert.channels import load_channels

    home = Home.from_environment()
    channels = load_channels()
    failed: dict[str, str] = {}
    if test:
        failed = _test(channels)
    if flush:
        failed |= outbox.flush(home, channels, force=True).failed
    if as_json:
        print_json(_as_dict(home, channels, failed, test))
    else:
        _print(home, channels)
        if test or flush:
            _print_sent(channels, failed, test)
    if failed:
        raise typer.Exit(EXIT_FAILED)


def _test(channels: Channels) -> dict[str, str]:
    """Send a test straight through every channel, past the outbox: who asks waits for the answer. Channel -> why not."""
    import socket

    from tasks.alert.channels import send
    from tasks.alert.message import notice

    now = datetime.now(UTC)
    failed = {}
    for channel in channels.channels.values():
        message = notice(
            "test",
            f"test-{channel.name}-{now:%Y%m%dT%H%M%SZ}",
            "Test: alerts of the evidence base arrive here",
            f"Somebody ran `evidence alerts --test` on {socket.gethostname()}. Nothing is wrong, and nothing is left to do.",
        )
        error = send(message, channel)
        if error:
            failed[channel.name] = error
    return failed


def _as_dict(home: Home, channels: Channels, failed: dict[str, str], test: bool) -> dict[str, Any]:
    from tasks.alert import outbox
    from tasks.alert.book import open_alerts

    troubled = outbox.health(home)
    return {
        "alerts": [asdict(alert) for alert in open_alerts(home)],
        "channels": [
            {"name": one.name, "kind": one.kind, "health": asdict(troubled[one.name]) if one.name in troubled else None}
            for one in channels.channels.values()
        ],
        "routes": channels.routes,
        "outbox": [
            {
                "message": entry.message.id,
                "title": entry.message.title,
                "channel": entry.channel,
                "since": entry.written,
                "error": entry.error,
            }
            for entry in outbox.entries(home)
        ],
        "failed": failed,
        "tested": test,
    }


def _print(home: Home, channels: Channels) -> None:
    from tasks.alert.book import open_alerts

    out = console()
    alerts = open_alerts(home)
    if not alerts:
        out.print("No alert is open.")
    groups: dict[str, list[Alert]] = {}
    for alert in alerts:
        groups.setdefault(_group(alert, alerts), []).append(alert)
    for name in _GROUPS:
        if name in groups:
            out.print(f"[bold]{name}[/bold]")
            _print_alerts(groups[name])
            out.print()
    _print_channels(home, channels)


def _group(alert: Alert, alerts: Sequence[Alert]) -> str:
    """Under which heading an alert stands: by what a person would do about it."""
    if alert.held or alert.severity == "failure":
        return _GROUPS[0]
    if alert.kind == "late":
        return _GROUPS[2]
    stays_out = any((other.held or other.severity == "failure") and other.dataset == alert.dataset for other in alerts)
    return _GROUPS[1] if stays_out else _GROUPS[3]


def _print_alerts(alerts: Sequence[Alert]) -> None:
    from tasks.alert.book import said_of

    shown = table("id", "dataset", "since", "severity", "what", "told")
    for alert in alerts:
        shown.add_row(
            alert.subject,
            f"[bold]{alert.dataset or 'the database'}[/bold]",
            _time(alert.opened),
            styled(alert.severity),
            escaped(alert.what) + (f"\n[dim]{escaped(said_of(alert))}[/dim]" if alert.state == "declined" else ""),
            escaped(_told(alert)),
        )
    console().print(shown)


def _told(alert: Alert) -> str:
    told = ", ".join(f"{channel} {_time(when)}" for channel, when in alert.told.items())
    if alert.silent:
        return "no: it comes and goes, and that was told"
    return told or ("waits in the outbox" if alert.message else "nobody")


def _print_channels(home: Home, channels: Channels) -> None:
    from tasks.alert import outbox

    out = console()
    if not channels.channels:
        out.print("No channel is set, so nobody is told. Set EVIDENCE_ALERTS or EVIDENCE_ALERTS_FILE: evidence alerts --help")
    troubled, entries = outbox.health(home), outbox.entries(home)
    shown = table("channel", "kind", "for", "")
    for one in channels.channels.values():
        owners = ", ".join("everything else" if owner == "*" else owner for owner, names in channels.routes.items() if one.name in names)
        trouble = troubled.get(one.name)
        state = f"failing since {_time(trouble.since)}, {trouble.tries} tries: {trouble.error}" if trouble else "ok"
        shown.add_row(f"[bold]{one.name}[/bold]", one.kind, escaped(owners or "nothing"), escaped(state))
    if channels.channels:
        out.print(shown)
    if entries:
        out.print(f"\n[bold]{len(entries)} in the outbox[/bold] (send now: evidence alerts --flush)")
        for entry in entries:
            gone = "" if entry.channel in channels.channels else ", a channel that is not set any more"
            out.print(f"  {_time(entry.written)}  to {entry.channel}{gone}: {escaped(entry.message.title)}", soft_wrap=True)


def _print_sent(channels: Channels, failed: dict[str, str], test: bool) -> None:
    out = console()
    out.print()
    for name in channels.channels:
        if name in failed:
            out.print(f"[red]not delivered[/red] through {name}: {escaped(failed[name])}", soft_wrap=True)
        elif test:
            out.print(f"[green]delivered[/green] through {name}")
    if not failed and not test:
        out.print("Nothing waits any more.")


def _time(time: str) -> str:
    """'20 Nov 07:03', in the time of this machine."""
    return f"{datetime.fromisoformat(time).astimezone():%-d %b %H:%M}"
