"""A quick `evidence --help`: Typer's help page without the parts of Rich that our help never uses.

Refuses to change what is shown: Markdown and tracebacks, with the lexers that they bring, are two thirds of the time in which the page is
imported, and our help is written in neither. Should Typer ever change, the page is imported as it stands.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import ModuleType

_UNUSED = {"rich.markdown": "Markdown", "rich.traceback": "Traceback"}
_ASKS_FOR_HELP = {"-h", "--help"}


def prepare_help(arguments: Sequence[str]) -> None:
    """Import Typer's help page in its short form, where these arguments of the command line will show it."""
    if "typer.rich_utils" in sys.modules or (arguments and not _ASKS_FOR_HELP & set(arguments)):
        return
    stand_ins = {name: ModuleType(name) for name in _UNUSED if name not in sys.modules}
    for name, module in stand_ins.items():
        setattr(module, _UNUSED[name], type(_UNUSED[name], (), {}))
    sys.modules.update(stand_ins)
    try:
        import typer.rich_utils  # noqa: F401  # loading it while the stand-ins are there is what is wanted
    except ImportError:
        sys.modules.pop("typer.rich_utils", None)
    finally:
        for name in stand_ins:  # whoever needs the real ones gets them
            sys.modules.pop(name, None)
