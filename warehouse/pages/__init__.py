"""The pages: the evidence base as static HTML, one page an indicator and a dataset, made from the published file alone.

`site` builds them all into a folder, `facts` reads what they say, `charts` draws; templates are in `templates/`. A page asks nothing of any other
machine: styles, script and charts are in the file itself, and its content security policy forbids the rest.
"""

from __future__ import annotations

from warehouse.pages.attention import Attention
from warehouse.pages.site import Built, build

__all__ = ["Attention", "Built", "build"]
