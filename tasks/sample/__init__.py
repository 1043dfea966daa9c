"""The publishers' services on this machine, from figures that ship with the project: for `--sample` and for the tests."""

from __future__ import annotations

from tasks.sample.serving import refuse_without_figures, serving

__all__ = ["refuse_without_figures", "serving"]
