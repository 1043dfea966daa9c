"""The coded errors: one class, one catalogue, so that every failure says what was expected, what was found and what to do.

Refuses free-form failures: a code that is not in the catalogue cannot be raised, and `docs/errors.md` is generated from the catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class ErrorKind:
    """One entry of the catalogue: a headline, when it occurs, and what a person does about it."""

    title: str
    when: str
    remedy: str


CATALOGUE: dict[str, ErrorKind] = {
    # -- shape ----------------------------------------------------------------------------------------------------------
    "shape.no_such_column": ErrorKind(
        "The key names a column that is not there",
        "`--key` or the grain of a declaration names a column that the table has not.",
        "Correct the name; `evidence show DATASET` and the message list the columns that arrived.",
    ),
    # -- declarations ---------------------------------------------------------------------------------------------------
    "declaration.invalid": ErrorKind(
        "The declaration is not valid",
        "A YAML file under expectations/datasets has an unknown or misspelt key, a missing key, or a value of the wrong kind.",
        "Correct the line named in the message; the nearest right name is suggested.",
    ),
    "declaration.unknown_dataset": ErrorKind(
        "There is no such dataset",
        "A command names a dataset that has no declaration.",
        "Run `evidence datasets` for the list; the nearest name is suggested.",
    ),
    "setting.area": ErrorKind(
        "The setting EVIDENCE_AREA is not an area",
        "EVIDENCE_AREA names the authority whose evidence base this is, by its nine-character GSS code.",
        "Set it to a GSS code such as E08000025 (Birmingham), or unset it.",
    ),
    # -- archive --------------------------------------------------------------------------------------------------------
    "archive.missing": ErrorKind(
        "The archive does not hold what was asked for",
        "A manifest or the bytes of a part are not in the archive of this home: another home wrote them, or they were forgotten.",
        "Check EVIDENCE_HOME; run `evidence run DATASET` to fetch anew.",
    ),
    "archive.damaged": ErrorKind(
        "Archived bytes do not match their hash",
        "A file of the archive was altered or the disk failed.",
        "Restore the file from a backup, or delete it and run `evidence run DATASET` to fetch anew.",
    ),
    # -- contract -------------------------------------------------------------------------------------------------------
    "contract.missing": ErrorKind(
        "No one has accepted a contract for this dataset",
        "A dataset has a declaration but no file under expectations/accepted.",
        'Look at the snapshot with `evidence changes DATASET`, then `evidence accept DATASET --reason "first contract"`.',
    ),
    # -- landing and publishing -----------------------------------------------------------------------------------------
    "lock.busy": ErrorKind(
        "Another process is at it",
        "A landing of the same dataset, or a publish, holds its lock for longer than we wait.",
        "Let it end, or end the process that the message names; a process that has died holds no lock.",
    ),
    "land.not_as_declared": ErrorKind(
        "The tidy table is not the declared one",
        "The table to be landed lacks a declared column, has one that is not declared, or holds one as another type.",
        "Correct the tidy SQL or the declared columns; nothing was landed and the last good table stays.",
    ),
    "land.not_written": ErrorKind(
        "What was written cannot be read back",
        "The Parquet that was written aside differs from the tidy table in rows, columns or types: a full disk or a failing one.",
        "Look at the disk (`df`, the system log) and run again; nothing was landed and the last good table stays.",
    ),
    "lake.damaged": ErrorKind(
        "The lake is not whole",
        "The pointer of a dataset names a file that is not there, or cannot be read.",
        "Restore the lake from a backup, or remove the vintage from vintages.json and replay its snapshot from the archive.",
    ),
    "publish.failed": ErrorKind(
        "The database could not be published",
        "The DuckDB file that was built aside does not hold what the lake holds, or could not be built. The published file is as it was.",
        "Read what was found; run `evidence run` again when it is put right. Analysts keep the last published file.",
    ),
    "lineage.not_found": ErrorKind(
        "There is no such value",
        "A provenance question names a dataset, a column or a value that the published file does not hold.",
        "Look at the columns with `describe <dataset>`, and publish first if the dataset has just landed.",
    ),
    # -- indicators -----------------------------------------------------------------------------------------------------
    "indicator.invalid": ErrorKind(
        "The definition of an indicator is not valid",
        "A file under warehouse/indicators, or a source of a strategy figure, has an unknown, missing or misspelt key, or reads a dataset it does not name.",
        "Correct the line named in the message; the nearest right name is suggested.",
    ),
    "indicator.wrong_rows": ErrorKind(
        "An indicator gives rows that it may not give",
        "Its SELECT lacks a column, gives two rows of one area and period, a row without an area or period, or a level that its head does not name.",
        "Correct the SELECT or the head of the file; until then the indicator has no values, and everything else is published.",
    ),
    # -- fetch ----------------------------------------------------------------------------------------------------------
    "fetch.unreachable": ErrorKind(
        "The service cannot be reached",
        "The host name does not resolve, the connection is refused or closed before an answer, or the proxy does not connect.",
        "Look whether the service is up and whether this machine needs a proxy (HTTPS_PROXY); the last good table stays; the next run asks again.",
    ),
    "fetch.untrusted": ErrorKind(
        "The service's certificate is not trusted",
        "The certificate has expired, names another host, or is signed by an authority that this machine does not know.",
        "Look at the address in a browser; behind an inspecting proxy, add its certificate to the system's store.",
    ),
    "fetch.timeout": ErrorKind(
        "The service did not answer in time",
        "No connection, no answer or no further bytes came within the time-outs, after all attempts.",
        "Nothing, if it is rare: the next run asks again. Otherwise ask for less at once, or raise the time-out of the source.",
    ),
    "fetch.truncated": ErrorKind(
        "The file ended before it was whole",
        "Fewer bytes or rows arrived than the service announced, or a compressed body has no end, after all attempts.",
        "Run again later; if it stays so, tell the publisher.",
    ),
    "fetch.refused": ErrorKind(
        "The service refuses access",
        "The service answered 401, 403 or 451: the data is not public, was withdrawn, or the service blocks scripts.",
        "Open the address in a browser; if it opens there, ask the publisher to let the User-Agent pass (EVIDENCE_CONTACT makes it known).",
    ),
    "fetch.gone": ErrorKind(
        "There is nothing at this address",
        "The service answered 404 or 410: the file or dataset was moved, renamed or removed.",
        "Find the new address on the publisher's page and correct `source` in the declaration.",
    ),
    "fetch.rejected": ErrorKind(
        "The service rejects the request",
        "The service answered 400 or another status that says the request itself is wrong.",
        "Compare the arguments of `source` with what the service says; it may have changed its interface.",
    ),
    "fetch.rate_limited": ErrorKind(
        "The service asks for fewer requests",
        "The service answered 429 to every attempt, or asks to wait longer than a run may.",
        "Wait until the limit resets; then raise the interval for this host or spread the schedules.",
    ),
    "fetch.server_error": ErrorKind(
        "The service failed",
        "The service answered 500 or more to every attempt.",
        "Nothing, if it is rare: the next run asks again. If it stays so, tell the publisher.",
    ),
    "fetch.not_data": ErrorKind(
        "Something else came instead of data",
        "A web page, a login or an error text arrived, with a status that says all is well.",
        "Open the address in a browser: the file has moved, the service is under maintenance, or it needs an account.",
    ),
    "fetch.empty": ErrorKind(
        "An empty body came",
        "The service answered that all is well and sent no bytes.",
        "Run again later; if it stays so, look at the publisher's page.",
    ),
    "fetch.too_large": ErrorKind(
        "The body is larger than the cap",
        "More bytes came, or were announced, than the source may bring.",
        "If the dataset has rightly grown, raise `max_bytes` of the source; if not, look at what is served.",
    ),
    "fetch.redirected": ErrorKind(
        "The address leads to another host",
        "A redirect or a link leads to a host that the declaration does not name, or redirects do not end.",
        "If the new host is the publisher's, add it to the hosts of the source.",
    ),
    "fetch.protocol": ErrorKind(
        "The answer breaks the service's own contract",
        "The service reports an error inside a good answer, or the answer is not of the form that the service documents.",
        "Read what was found; if the service has changed its interface, its module under tasks/fetch needs the change.",
    ),
    "fetch.clear_text": ErrorKind(
        "The address is not encrypted",
        "An address or a redirect begins with http://, where anyone on the way could change the figures.",
        "Write https://; nearly every publisher answers there.",
    ),
    "fetch.private_address": ErrorKind(
        "The address is a private one",
        "A URL, a redirect or a name leads to this machine or a private network.",
        "Correct the address. For the sample and tests, EVIDENCE_ALLOW_LOOPBACK=1 allows this machine's own servers.",
    ),
    "fetch.bad_address": ErrorKind(
        "This is not an address",
        "A URL has no host, another scheme than https, or cannot be read.",
        "Correct the URL in `source` of the declaration.",
    ),
    "fetch.unknown_service": ErrorKind(
        "There is no such kind of source or service",
        "A source kind has no module, or a service has no base address.",
        "Use one of the kinds that the message names.",
    ),
    "fetch.no_match": ErrorKind(
        "Nothing at the publisher fits the declaration",
        "No publication, data set, version, file or link has the title or pattern that the declaration gives.",
        "Choose the right one of the nearest that the message lists, and correct `source` in the declaration.",
    ),
    "fetch.ambiguous": ErrorKind(
        "Several things at the publisher fit the declaration",
        "More than one data set, file or link has the title or pattern that the declaration gives.",
        "Make the pattern in `source` stricter, so that it fits exactly one of those that the message lists.",
    ),
    "fetch.withdrawn": ErrorKind(
        "The publisher has withdrawn the data",
        "The service says that the data set or the version is withdrawn.",
        "Read the publisher's notice; name the data set that replaces it in `source`, or retire the dataset.",
    ),
    "accept.unknown_change": ErrorKind(
        "No change of this id waits for a decision",
        "`evidence accept` was given the id of a change that neither holds a snapshot nor has landed without being accepted.",
        "See `evidence changes` for the ids of what waits.",
    ),
    "accept.nothing_held": ErrorKind(
        "Nothing of this dataset waits to be accepted",
        "`evidence accept` accepts the snapshot that is held, or what has landed and the contract does not say yet; there is neither.",
        "See `evidence status`; run `evidence run DATASET` to fetch what the publisher has now.",
    ),
    "accept.no_reason": ErrorKind(
        "Accepting needs a reason and a person",
        "A contract without a reason cannot be reviewed.",
        'Give `--reason "why this is right"`, and `--by NAME` where git knows no name.',
    ),
    # -- states side by side, and snapshots forgotten -------------------------------------------------------------------
    "diff.no_such_state": ErrorKind(
        "There is no such state of this dataset",
        "`evidence diff` was given a name that fits no vintage, day, held snapshot or archived snapshot, or that fits several.",
        "Take a vintage or a day from `evidence show DATASET`, or `held`.",
    ),
    "diff.nothing_to_compare": ErrorKind(
        "There are not two states to compare",
        "A dataset that has landed once, with nothing held, has one state.",
        "Wait for the next release, or name an archived snapshot with --from.",
    ),
    "forget.no_such_snapshot": ErrorKind(
        "No archived snapshot has this id",
        "`evidence forget` was given an id that fits no manifest of the archive, or that fits several.",
        'See `evidence sql "select dataset, snapshot_id, fetched_at from meta.snapshots"`.',
    ),
    "forget.no_reason": ErrorKind(
        "Forgetting needs a reason and a person",
        "The bytes will be gone; who ordered it and why must stay.",
        'Give `--reason "the publisher withdrew the file on …"`.',
    ),
    "forget.only_vintage": ErrorKind(
        "It is all that has landed of the dataset",
        "Forgetting this snapshot would leave the dataset without a table.",
        "Run the dataset first, so that there is another vintage, or add `--yes`.",
    ),
    "archive.forgotten": ErrorKind(
        "A person ordered these bytes forgotten",
        "The publisher serves again what was removed from the archive by `evidence forget`.",
        "Ask the publisher; where it may be kept again, remove the tombstone that the message names.",
    ),
    # -- exports --------------------------------------------------------------------------------------------------------
    "export.unknown_table": ErrorKind(
        "There is no such table to export",
        "`evidence export` names something that is no table or view of the published file, and none of indicators, strategy and all.",
        "Run `evidence show` for the list; the nearest name is suggested.",
    ),
    "export.too_many_rows": ErrorKind(
        "The table has more rows than a sheet holds",
        "An Excel sheet ends at row 1,048,576, and nothing is cut off in silence.",
        "Export it with `--format csv` or `--format parquet`, or ask for fewer rows with `evidence sql`.",
    ),
    "export.not_written": ErrorKind(
        "The export could not be written",
        "The folder of `--to` cannot be made or written into, or the disk is full.",
        "Name another folder with `--to`, or free some space; nothing was left half-written.",
    ),
    # -- discarded rows ---------------------------------------------------------------------------------------------------
    "discard.not_written": ErrorKind(
        "Discarded rows could not be kept",
        "Rows that a policy leaves out are written aside before the rest lands; they could not be written, so that nothing was landed.",
        "Make room on the disk of the home, or the right to write there, and run again.",
    ),
    # -- alerts ---------------------------------------------------------------------------------------------------------
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
    # -- tidy -----------------------------------------------------------------------------------------------------------
    "tidy.failed": ErrorKind(
        "The tidy SQL failed",
        "The SELECT under warehouse/tidy could not run on what arrived, or its result has not the declared columns and types.",
        "Run `evidence check DATASET`; correct the SQL or the declared tidy columns.",
    ),
    "check.failed": ErrorKind(
        "A rule of the declaration does not hold",
        "Great Expectations found rows of the tidy table that break an expectation of severity critical.",
        "Read the failing rows in the run record; correct the tidy SQL, or the rule if the world has changed, and run again.",
    ),
    # -- checks ---------------------------------------------------------------------------------------------------------
    "check.empty": ErrorKind(
        "The suite would check nothing",
        "A dataset declares neither a rule nor a grain, so every table would pass.",
        "Declare the grain (the columns that name one row) or at least one rule under `expectations`.",
    ),
    "check.broken_rule": ErrorKind(
        "A rule cannot be run",
        "A rule of the declaration fails with an error instead of a verdict: a column is missing, types do not compare, or its SQL does not run.",
        "Correct the rule or the tidy SQL as the message says, then run `evidence check DATASET`.",
    ),
    # -- server and command line ----------------------------------------------------------------------------------------
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
    # -- the pipeline itself --------------------------------------------------------------------------------------------
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
    # -- rehearsal -----------------------------------------------------------------------------------------------------------
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
    # -- read -----------------------------------------------------------------------------------------------------------
    "read.unsupported": ErrorKind(
        "The file is of a format that is not read",
        "The first bytes (or the declared format) name something that holds no table: a PDF, a picture, XML, a database.",
        "Point the source at the publisher's CSV, Excel, ODS, Parquet, JSON or GeoJSON file.",
    ),
    "read.html": ErrorKind(
        "A web page came in place of data",
        "The file begins as HTML: a login, an error page, or the landing page of the download.",
        "Open the URL in a browser; correct the source's URL, or wait if the publisher's service is down.",
    ),
    "read.not_a_table": ErrorKind(
        "The file holds no table",
        "Text without cells, JSON without a list of records, a zip without a data file, or text that breaks the format's rules.",
        "Look at the file; name the sheet, member, delimiter or header row in the declaration if the table is there.",
    ),
    "read.empty": ErrorKind(
        "The file is empty",
        "The file has no bytes, or no cell of it is filled.",
        "Fetch it again; if it stays empty, ask the publisher.",
    ),
    "read.truncated": ErrorKind(
        "The file ends before its data does, or is damaged",
        "An archive or workbook fails its own checks, or text ends within a quoted cell, a record or a character.",
        "Fetch it again; if the row named is far from the end of a text file, a stray quote stands there.",
    ),
    "read.several_tables": ErrorKind(
        "The archive holds several tables",
        "A zip has more than one data file and none is named.",
        "Name one of the listed members as `member` in the declaration.",
    ),
    "read.unknown_member": ErrorKind(
        "The archive has no such member",
        "The declared `member` is not in the zip.",
        "Name one of the listed members.",
    ),
    "read.unsafe_member": ErrorKind(
        "The archive has a member that leads out of its folder",
        "A member's name is absolute or climbs with `..`: no publisher's tool writes this.",
        "Do not use the file; ask the publisher.",
    ),
    "read.encrypted": ErrorKind(
        "The file is locked by a password",
        "A workbook or a zip member is encrypted.",
        "Ask the publisher for an open copy.",
    ),
    "read.unknown_sheet": ErrorKind(
        "The workbook has no such sheet",
        "The declared `sheet` is not in the workbook.",
        "Name one of the listed sheets.",
    ),
    "read.no_header": ErrorKind(
        "The declared header row is not in the file",
        "The declaration names a `header_row` below the last row.",
        "Correct `header_row`, or leave it out: the header is then looked for.",
    ),
    "read.encoding": ErrorKind(
        "The declared charset is not known",
        "The declaration names an `encoding` that Python does not know.",
        "Use a standard name such as utf-8 or windows-1252, or leave it out.",
    ),
    "read.too_large": ErrorKind(
        "The file is larger than the limit",
        "The file, or what it holds once decompressed, exceeds the declared or built-in number of bytes.",
        "Raise `max_bytes` in the declaration if the size is right.",
    ),
    "read.bomb": ErrorKind(
        "The file would swell beyond what a table does",
        "A compressed file unpacks to hundreds of times its size, or a sheet has a cell at its far corner.",
        "Do not use the file; ask the publisher for a plain copy.",
    ),
}


@dataclass
class EvidenceError(Exception):
    """A failure that a person can act on.

    `where` names file, sheet, row or column; `expected` and `found` are short facts; `todo` is the next act (default: the catalogue's).
    """

    code: str
    found: str
    expected: str = ""
    where: str = ""
    dataset: str = ""
    todo: str = ""

    def __post_init__(self) -> None:
        if self.code not in CATALOGUE:
            raise KeyError(f"no error code {self.code!r} in expectations/errors.py")
        self.todo = self.todo or CATALOGUE[self.code].remedy
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The whole error in one paragraph, for logs and records."""
        head = f"[{self.code}] {CATALOGUE[self.code].title}"
        facts = [
            f"dataset: {self.dataset}" if self.dataset else "",
            f"where: {self.where}" if self.where else "",
            f"expected: {self.expected}" if self.expected else "",
            f"found: {self.found}" if self.found else "",
            f"to do: {self.todo}",
        ]
        return "\n  ".join([head, *[fact for fact in facts if fact]])

    def __str__(self) -> str:
        return self.message

    def of(self, dataset: str) -> EvidenceError:
        """The same error, naming its dataset (steps below the pipeline do not know which dataset they serve)."""
        return replace(self, dataset=self.dataset or dataset)

    def as_dict(self) -> dict[str, str]:
        """For run records and `--json`."""
        return {
            "code": self.code,
            "title": CATALOGUE[self.code].title,
            "dataset": self.dataset,
            "where": self.where,
            "expected": self.expected,
            "found": self.found,
            "to_do": self.todo,
        }
