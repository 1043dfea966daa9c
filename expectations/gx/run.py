"""Run a suite: twice over the table at most, and cheaply when it holds.

Rules about rows are first asked for a yes or no only, which Great Expectations bundles into one query; those that fail are asked again
for their rows. Figures, queries and rules that allow for exceptions are asked in full at once. A rule whose `where` Great Expectations
has no words for is run on a view that holds only those rows. What fails with an error is run alone, to find the rule that is at fault.
"""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import duckdb
import great_expectations as gx
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults, ProgressBarsConfig

from expectations.errors import EvidenceError
from expectations.gx.borrowed import DuckDBDatasource
from expectations.gx.results import outcome
from expectations.gx.translation import as_run, is_query
from expectations.rules import MAXIMUM_ROWS, Rule, SuiteResult
from expectations.rules.sql import identifier
from expectations.rules.vocabulary import MAP
from expectations.rules.where import condition

_SOURCE = ("source_part", "source_row")  # where a tidy table keeps the place of a row in the publisher's file
_ABORTED = "transaction is aborted"
_YES_OR_NO = {"result_format": "BOOLEAN_ONLY"}


def run(connection: duckdb.DuckDBPyConnection, table: str, rules: Sequence[Rule], grain: Sequence[str]) -> SuiteResult:
    """See `expectations.gx.validate`."""
    started = time.perf_counter()
    with _quiet(), _session(connection, table, grain) as session:
        judged = session.rows_judged(rules)
        raw = session.answers(rules)
        results = tuple(outcome(rule, raw[rule.id], judged[rule.where], session) for rule in rules)
        seconds = time.perf_counter() - started
        return SuiteResult(table, judged[None], results, seconds, len(session.statements))


@dataclass
class Session:
    """One check of one table: Great Expectations' context on the lent connection, and the views it looks through."""

    connection: duckdb.DuckDBPyConnection
    table: str
    keys: tuple[str, ...]  # columns that tell a failing row: the grain, then the place in the source
    context: Any
    source: DuckDBDatasource
    statements: list[str] = field(default_factory=list)
    views: dict[str | None, str] = field(default_factory=dict)  # predicate (None: all rows) -> name of the view

    def rows_judged(self, rules: Sequence[Rule]) -> dict[str | None, int]:
        """How many rows each `where` lets through (None: all), in one query."""
        predicates = list(dict.fromkeys(rule.where for rule in rules if rule.where))
        counted = ", ".join(["count(*)", *(f"count(*) filter (where {predicate}\n)" for predicate in predicates)])
        try:
            counts = self.fetch(f"select {counted} from {identifier(self.views[None])}")[0]
        except duckdb.Error as error:
            raise self._broken_predicate(rules, error) from error
        return dict(zip([None, *predicates], counts, strict=True))

    def answers(self, rules: Sequence[Rule]) -> dict[str, dict[str, Any]]:
        """Great Expectations' own result for each rule id, as JSON values; in full for those that fail."""
        found: dict[str, dict[str, Any]] = {}
        for view, together in self._by_view(rules).items():
            short = [rule for rule in together if _yes_or_no_first(rule)]
            found |= self._ask(view, short, _YES_OR_NO)
            again = [rule for rule in short if not found[rule.id]["success"]]
            found |= self._ask(view, [*again, *(rule for rule in together if rule not in short)], self._in_full())
        return found

    def fetch(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query of our own."""
        self.statements.append(sql)
        return self.connection.execute(sql).fetchall()

    def view(self, predicate: str | None) -> str:
        """The name of a view of the table, of all rows or of those that the predicate lets through."""
        if predicate not in self.views:
            name = f"evidence_check_{uuid.uuid4().hex[:12]}"
            filtered = f" where {predicate}\n" if predicate else ""
            self.connection.execute(f"create temporary view {identifier(name)} as select * from {self.table}{filtered}")
            self.views[predicate] = name
        return self.views[predicate]

    def _by_view(self, rules: Sequence[Rule]) -> dict[str | None, list[Rule]]:
        """The rules by the predicate of the view they need (None: the whole table)."""
        grouped: dict[str | None, list[Rule]] = {}
        for rule in rules:
            wordless = rule.where is not None and not is_query(rule) and condition(rule.where) is None
            grouped.setdefault(rule.where if wordless else None, []).append(rule)
        return grouped

    def _in_full(self) -> dict[str, Any]:
        return {"result_format": "SUMMARY", "partial_unexpected_count": MAXIMUM_ROWS, "unexpected_index_column_names": list(self.keys)}

    def _ask(self, predicate: str | None, rules: Sequence[Rule], how: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        if not rules:
            return {}
        answers = self._validated(predicate, rules, how)
        faults = [(rule, fault) for rule in rules if (fault := _fault(answers[rule.id]))]
        if faults and (len(rules) == 1 or self._aborted()):
            raise _broken(*next((told for told in faults if _ABORTED not in told[1]), faults[0]))
        for rule, _ in faults:  # a fault of one rule is reported for all that share its query: ask each alone
            answers |= self._ask(predicate, [rule], how)
        return answers

    def _validated(self, predicate: str | None, rules: Sequence[Rule], how: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        name = uuid.uuid4().hex
        try:
            expectations = [as_run(rule, filtered=predicate is not None) for rule in rules]
        except ValueError as error:  # what pydantic raises: an argument that Great Expectations does not take
            raise _broken(rules[0], str(error)) from error
        suite = self.context.suites.add(gx.ExpectationSuite(name=name, expectations=expectations))
        batch = self._batch(predicate)
        definition = self.context.validation_definitions.add(gx.ValidationDefinition(name=name, data=batch, suite=suite))
        answers = [result.to_json_dict() for result in definition.run(result_format=dict(how)).results]
        return {answer["expectation_config"]["meta"]["rule"]: answer for answer in answers}

    def _batch(self, predicate: str | None) -> BatchDefinition[Any]:
        view = self.view(predicate)
        if view not in self.source.get_asset_names():
            self.source.add_table_asset(view, table_name=view).add_batch_definition_whole_table("all")
        batch: BatchDefinition[Any] = self.source.get_asset(view).get_batch_definition("all")
        return batch

    def _aborted(self) -> bool:
        """Whether the error ended the transaction that the pipeline has open: then nothing more can be asked."""
        try:
            self.connection.execute("select 1")
        except duckdb.TransactionException:
            return True
        return False

    def _broken_predicate(self, rules: Sequence[Rule], error: duckdb.Error) -> EvidenceError:
        for rule in rules:
            try:
                self.connection.execute(f"select count(*) from {identifier(self.views[None])} where {rule.where or 'true'}\n")
            except duckdb.Error as fault:
                return _broken(rule, str(fault))
        return _broken(rules[0], str(error))


@contextmanager
def _session(connection: duckdb.DuckDBPyConnection, table: str, grain: Sequence[str]) -> Iterator[Session]:
    """A context of its own for each check, so that nothing of a check outlives it; the views are dropped at the end."""
    context = gx.get_context(mode="ephemeral", project_config=_configuration())
    statements: list[str] = []
    source = DuckDBDatasource(name="tidy")
    source.lend(connection, statements.append)
    source = context.data_sources.add_evidence_duckdb(source)
    quoted = _quoted(connection, table)
    present = {name for name, *_ in connection.execute(f"describe {quoted}").fetchall()}
    keys = tuple(dict.fromkeys(column for column in (*grain, *_SOURCE) if column in present))
    session = Session(connection, quoted, keys, context, source, statements)
    try:
        session.view(None)
        yield session
    finally:
        with suppress(duckdb.TransactionException):  # an aborted transaction takes its views with it
            for name in session.views.values():
                connection.execute(f"drop view if exists {identifier(name)}")


def _configuration() -> DataContextConfig:
    """Everything in memory, without progress bars, analytics and a folder for Data Docs."""
    return DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )


def _quoted(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """The table's name as SQL: 'ons.population' is a table of the schema ons, unless a table has the dot in its name."""
    whole = identifier(table)
    try:
        connection.execute(f"describe {whole}")
    except duckdb.CatalogException:
        return ".".join(identifier(part) for part in table.split("."))
    return whole


def _yes_or_no_first(rule: Rule) -> bool:
    return rule.signature.kind == MAP and rule.arguments.get("mostly", 1) == 1 and not is_query(rule)


def _fault(answer: Mapping[str, Any]) -> str | None:
    """The message of the error that kept a rule from a verdict."""
    told = answer.get("exception_info") or {}
    for info in (told, *(one for one in told.values() if isinstance(one, Mapping))):
        if info.get("raised_exception"):
            return str(info.get("exception_message") or "no message")
    return None


def _broken(rule: Rule, fault: str) -> EvidenceError:
    lines = [line.strip() for line in fault.splitlines() if line.strip() and not line.startswith(("[SQL", "[parameters", "(Background"))]
    found = re.sub(r"^\(\S+\) ", "", " ".join(lines[:4]))[:500]  # without the driver's name of the error
    return EvidenceError("check.broken_rule", found=found, expected=f"a verdict on: {rule.sentence}", where=rule.name)


@contextmanager
def _quiet() -> Iterator[None]:
    """Great Expectations logs each failing query with its traceback; here it becomes one coded error."""
    logger = logging.getLogger("great_expectations")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)
