"""Discard rows: keep aside, with their reasons, the rows that a change concerns or that break a rule, and land the rest.

What is discarded is never lost and never silent: it is counted in the run record, told with the change, kept in `quarantine/`, and published as
`meta.discarded_rows`. Refuses to discard more than the declared share of the rows: the snapshot is then held, as if there were no such policy.
"""

from __future__ import annotations

from tasks.discard.arrived import Sifted, sift, without
from tasks.discard.kept import count, forget, keep
from tasks.discard.tidied import refused, reject, told

__all__ = ["Sifted", "count", "forget", "keep", "refused", "reject", "sift", "told", "without"]
