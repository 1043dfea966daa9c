"""Coded errors. Running, telling, rehearsing: the pipeline itself."""

from __future__ import annotations

from expectations.errors.kind import ErrorKind

CODES: dict[str, ErrorKind] = {
    # -- alerts ------------------------------------------------------------------------------------------------------------
    "alert.settings": ErrorKind(
        "The settings of the alerts are not valid",
        "EVIDENCE_ALERTS_FILE names a file that is not there, is no TOML, or has a channel or a route that cannot be.",
        "Correct the file; `evidence alerts --help` shows one, `evidence alerts --test` tries it. What opened meanwhile is told by the next run.",
    ),
    "decline.nothing_held": ErrorKind(
        "Nothing of this name is held",
        "`evidence decline` names neither a dataset that is held nor a change that holds one.",
        "See `evidence status` for what is held, and `evidence changes DATASET` for the ids.",
    ),
    "decline.no_reason": ErrorKind(
        "Declining needs a reason and a person",
        "A decision without a reason helps nobody who comes after.",
        'Give `--reason "why the last good table is kept"`.',
    ),
    # -- server and command line -------------------------------------------------------------------------------------------
    "server.failed": ErrorKind(
        "The local Prefect server or its worker did not start",
        "`evidence up` found no free port, or a process that it started ended or did not answer in time.",
        "Read the log named in the message; run `evidence down`, then `evidence up` again.",
    ),
    "automation.invalid": ErrorKind(
        "The automation is not valid",
        "A YAML file under flows/automations has a key or a value that Prefect does not take, or would drop in silence.",
        "Correct what the message names; the keys are those of Prefect's automations.",
    ),
    "run.unforeseen": ErrorKind(
        "Something happened that no step foresaw",
        "A step ended with an error that is not in this catalogue: a fault of this program, or of the machine.",
        "Read the log of the run; run it again; report it with the log if it returns.",
    ),
    "run.no_figures": ErrorKind(
        "The sample has no figures of this dataset",
        "`--sample` or a rehearsal asks for a dataset of which no figures ship with the project. Its publisher is not asked instead.",
        "Run it without `--sample`: then its publisher is asked, and its first run proposes the contract.",
    ),
    "run.timeout": ErrorKind(
        "A step took longer than it may",
        "A fetch, a query or a landing did not end within the time limit of one step.",
        "Run it again; if it returns, look at the source's size and at the machine's load (`evidence doctor`).",
    ),
    "command.unreadable": ErrorKind(
        "A file named on the command line cannot be read",
        "The file does not exist, is empty, or is in no format that the project reads.",
        "Check the path; `evidence compare --help` lists the formats.",
    ),
    "command.no_database": ErrorKind(
        "There is no published database yet",
        "A command reads evidence.duckdb, and nothing has been published in this home.",
        "Run `evidence run --sample` first, or set EVIDENCE_HOME to the home that has one.",
    ),
    "command.query_failed": ErrorKind(
        "The query could not be run",
        "The SQL is not valid, names what is not there, tries to write or to read files, or took longer than the limit.",
        "Correct the query; `evidence show` lists the tables, `evidence show TABLE` the columns.",
    ),
    # -- the pipeline itself -----------------------------------------------------------------------------------------------
    "pipeline.disk_nearly_full": ErrorKind(
        "The disk is nearly full",
        "The disk of the home has less room than a landing and a publish need: the size of the database twice, and 2 GB at least.",
        "Make room on the disk of EVIDENCE_HOME, or move the home to a larger one.",
    ),
    "pipeline.database_unreadable": ErrorKind(
        "The published file cannot be read",
        "The DuckDB file of this home does not open, or its tables cannot be listed.",
        "Publish anew with `evidence run DATASET`: the file is built aside from the lake and swapped in.",
    ),
    "pipeline.lock_abandoned": ErrorKind(
        "A process died while it held a lock",
        "A lock names a holder that no longer runs. The system has freed the lock, unless the home is on a network disk that has not noticed.",
        "Run the named work again; where the lock is still held, mount the network disk anew, or restart the machine that held it.",
    ),
    "pipeline.lock_held_long": ErrorKind(
        "A lock is held for very long",
        "A running process has held a lock for longer than any landing or publish takes.",
        "Look at the process that the message names; end it if it hangs, and run its work again.",
    ),
    "pipeline.outbox_stuck": ErrorKind(
        "Alerts do not get out",
        "A message has waited in the outbox for more than an hour: its channel does not take it, or is not set any more.",
        "Look with `evidence alerts`, correct EVIDENCE_ALERTS or EVIDENCE_ALERTS_FILE, and send with `evidence alerts --flush`.",
    ),
    "pipeline.run_missing": ErrorKind(
        "A dataset was not looked at when it should have been",
        "No run of a dataset has ended since the day on which its calendar wanted a look: no schedule is served, or its run did not start.",
        "See that the server and its worker are up (`evidence up`), then run it by hand: `evidence run DATASET`.",
    ),
    "pipeline.run_late": ErrorKind(
        "A scheduled run did not start",
        "The Prefect server has a run that should have started and has not: its worker has ended, is paused, or has no slot free.",
        "Start the worker with `evidence up`; look at the runs on Prefect's page.",
    ),
    "pipeline.run_crashed": ErrorKind(
        "A scheduled run died",
        "The last run of a deployment crashed, or runs for longer than any run takes: its process was killed, or the machine was.",
        "Read the run's log on Prefect's page, look at memory and disk (`evidence doctor`), and run it again: `evidence run DATASET`.",
    ),
    "pipeline.calendar_over": ErrorKind(
        "The declared release dates are over",
        "A declaration lists the days of releases, and all of them have come: nobody would notice that the next release is missing.",
        "Add the publisher's next dates to `release.due` in the dataset's declaration.",
    ),
    # -- rehearsal ---------------------------------------------------------------------------------------------------------
    "rehearse.nothing_to_replay": ErrorKind(
        "There is nothing to rehearse with",
        "No snapshot of the dataset is archived in this home, the shipped sample has no figures of it, or the part that was named is not there.",
        "Run `evidence run DATASET` once, or give `--file PATH` of a release that you have.",
    ),
    "rehearse.unknown_mutation": ErrorKind(
        "There is no such mutation",
        "`evidence rehearse --mutation` names neither a mutation nor a kind of change that one produces.",
        "See `evidence rehearse --list`.",
    ),
    "rehearse.baseline": ErrorKind(
        "The baseline of the rehearsal does not land",
        "A rehearsal lands the last good release in a scratch home first, and that failed: a rule does not hold, or the tidy SQL does not fit it.",
        "Mend what the message names; `evidence run DATASET` would fail the same way.",
    ),
}
