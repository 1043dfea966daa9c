"""What Great Expectations imports and never uses here is promised and not loaded; who asks for it gets it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from expectations.gx.light import light


@pytest.fixture
def heavy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A heavy package and one that imports it, in the ways that Great Expectations does."""
    (tmp_path / "heavy_one").mkdir()
    (tmp_path / "heavy_one" / "__init__.py").write_text("chart = 'drawn'\n")
    (tmp_path / "heavy_one" / "stats.py").write_text("def test(): return 'tested'\n")
    (tmp_path / "user_of_it.py").write_text(
        "import heavy_one as h\nfrom heavy_one import stats\n\ndef use(): return h.chart, stats.test()\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(import_module("expectations.gx.light"), "_HEAVY", ("heavy_one", "heavy_one.stats"))
    monkeypatch.delitem(sys.modules, "great_expectations", raising=False)
    yield
    for name in ("heavy_one", "heavy_one.stats", "user_of_it"):
        sys.modules.pop(name, None)


@pytest.mark.usefixtures("heavy")
def test_it_is_loaded_when_it_is_used_and_not_before() -> None:
    with light():
        import user_of_it  # type: ignore[import-not-found]
    assert "heavy_one" not in sys.modules
    assert user_of_it.use() == ("drawn", "tested")
    assert sys.modules["heavy_one"].chart == "drawn"


@pytest.mark.usefixtures("heavy")
def test_others_get_the_real_one_afterwards() -> None:
    with light():
        import user_of_it  # noqa: F401
    from heavy_one import stats  # type: ignore[import-not-found]

    assert stats.test() == "tested"
    assert type(stats) is type(sys)
