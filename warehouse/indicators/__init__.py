"""The indicators of the evidence base: one SQL file each, its meaning in the head of the file.

`definition` reads and checks the head, `values` computes what landed datasets allow, `figures` holds the strategy's own figures
against the indicators.
"""

from __future__ import annotations

from warehouse.indicators.definition import Break, Indicator, load_all
from warehouse.indicators.values import Result, build, fingerprint

__all__ = ["Break", "Indicator", "Result", "build", "fingerprint", "load_all"]
