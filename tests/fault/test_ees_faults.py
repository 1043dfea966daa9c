"""Explore Education Statistics: more rows than counted are told, and a first version without a changelog is no failure."""

from __future__ import annotations

from tests.fault.source_kinds import WAYS
from tests.fault.ways import put
from tests.fault.world import World


def test_more_rows_than_counted_are_a_warning(world: World) -> None:
    way = WAYS["ees by id"]
    world.answers(way, way.ask("data set"), put("latestVersion", "totalResults", value=2))
    assert world.fetch(way).warnings == ("the CSV has 6 rows, the API counts 2",)


def test_a_first_version_without_a_changelog_announces_nothing(world: World) -> None:
    way = WAYS["ees"]
    world.fails(way, way.ask("changes"), "server_error", status=404)
    assert world.fetch(way).announced == ()
