"""Exports of the published file: Parquet, CSV, Excel, and packages with metadata, all with licence, attribution and caveats.

`contents` says what is exported and what travels with it, `export` writes it.
"""

from __future__ import annotations

from warehouse.exports.export import FORMATS, Exported, Format, Request, default_folder, export

__all__ = ["FORMATS", "Exported", "Format", "Request", "default_folder", "export"]
