"""The publishers' services on this machine, from figures that ship with the project: for `--sample` and for the tests."""

from __future__ import annotations

from tasks.sample.serving import serving

__all__ = ["serving"]
