"""The ONS website: a page that moved is followed and said, and no guess is made at a page of another shape."""

from __future__ import annotations

import pytest

from expectations.errors import EvidenceError
from tasks.fetch import SERVICES
from tests.fault.source_kinds import WAYS
from tests.fault.ways import Ask
from tests.fault.world import World

WAY = WAYS["ons_website"]
PAGE = "/economy/datasets/businesses"
LANDING, EDITION = WAY.ask("page"), WAY.ask("edition")
HTML = Ask("html", SERVICES["ons_website"] + PAGE, "html")


@pytest.mark.parametrize("status", [301, 308])
def test_a_page_that_moved_is_followed_and_said(status: int, world: World) -> None:
    target = world.server.url + world.path(WAY, LANDING.url)
    world.fails(WAY, LANDING, "redirect", times=1, status=status, target=f"{target}?moved=1")
    assert world.fetch(WAY).warnings == (), "the same path under another query has not moved"
    world.fails(WAY, LANDING, "redirect", times=1, status=status, target=world.server.url + world.path(WAY, EDITION.url))
    delivery = world.fetch(WAY)
    assert "has moved to" in delivery.warnings[0] and len(delivery.parts) == 1


def test_a_page_of_html_without_files_is_a_failure_that_says_so(world: World) -> None:
    world.fails(WAY, LANDING, "server_error", status=404)
    world.fails(WAY, HTML, "html")
    with pytest.raises(EvidenceError) as caught:
        world.fetch(WAY)
    assert caught.value.code == "fetch.no_match" and caught.value.found == "none of 0 links is to a file"
