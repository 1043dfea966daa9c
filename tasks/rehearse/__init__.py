"""Rehearsal: what would be said if a publisher did this to a file? Mutations over real tables, each with the kinds and the verdict expected.

The same engine measures the detector (`python -m bench.detection`). Refuses a mutation that a table has no room for: it then gives nothing.
"""

from __future__ import annotations

from tasks.rehearse.frame import Frame, read_frame
from tasks.rehearse.mutation import Mutation, Pair
from tasks.rehearse.mutations import MUTATIONS, Rehearsed, rehearse
from tasks.rehearse.writing import REWRITINGS, Rewriting, write

__all__ = ["MUTATIONS", "REWRITINGS", "Frame", "Mutation", "Pair", "Rehearsed", "Rewriting", "read_frame", "rehearse", "write"]
