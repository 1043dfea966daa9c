"""Every kind of source for the fault suite, by the way in which it is asked.

A kind that is registered and has no way here fails `test_source_faults`: a new kind of source brings its case with it.
"""

from __future__ import annotations

from tests.fault import ways_of_ckan, ways_of_dfe, ways_of_files, ways_of_nomis, ways_of_ons, ways_of_portals, ways_of_releases
from tests.fault.ways import Way

_MODULES = (ways_of_nomis, ways_of_ons, ways_of_dfe, ways_of_releases, ways_of_portals, ways_of_ckan, ways_of_files)
WAYS: dict[str, Way] = {way.name: way for module in _MODULES for way in module.WAYS}
