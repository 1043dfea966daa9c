"""Carry boundaries over from the portal's files for `tasks.sample.feature_server`: Birmingham's wards and small areas, England's authorities.

Coordinates keep a metre, as the declarations ask of the service: five decimal places of degrees, none of metres; nothing else of a shape is
changed. Refuses a file in another reference system than is named here: a coordinate is carried, never projected.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow

from tasks.sample.carrying import LICENCE, write_parquet

FOLDER = "ons"
WGS_84, NATIONAL_GRID = "CRS84", "27700"
PLACES = {WGS_84: 5, NATIONAL_GRID: 0}  # decimal places that are a metre
AUTHORITIES = {
    "Local_Authority_Districts_December_2022_UK_BUC_V2": ("geoportal/LAD22_BUC.geojson", ("LAD22CD", "LAD22NM", "BNG_E", "BNG_N"))
}
# Service, as public code names it -> (file, the fields of the layer that are carried).
LAYERS = {
    "Wards_December_2022_Boundaries_GB_BGC": (
        "geoportal/birmingham_wards_2022vintage_CRS84_d23350e.geojson",
        ("WD22CD", "WD22NM", "LAD22CD", "LAD22NM"),
    ),
    "Lower_Layer_Super_Output_Areas_DEC_2011_EW_BGC_V3": ("geoportal/birmingham_lsoa11_dc55fc0.geojson", ("LSOA11CD", "LSOA11NM")),
    "Lower_layer_Super_Output_Areas_December_2021_Boundaries_EW_BGC_V5": (
        "geoportal/birmingham_lsoa21_e20a072.geojson",
        ("LSOA21CD", "LSOA21NM"),
    ),
    "Middle_Layer_Super_Output_Areas_DEC_2011_EW_BGC_V3": ("geoportal/birmingham_msoa11_2020_dc55fc0.geojson", ("MSOA11CD", "MSOA11NM")),
    "Middle_layer_Super_Output_Areas_December_2021_Boundaries_EW_BGC_V3": (
        "geoportal/birmingham_msoa21_e20a072.geojson",
        ("MSOA21CD", "MSOA21NM"),
    ),
    "Output_Areas_December_2011_Boundaries_EW_BGC": ("lookups/birmingham_oa11.geojson", ("OA11CD", "LAD11CD")),
}


# The 40 wards until May 2018, which the strategy counts in.
FORMER_WARDS = {"Wards_DEC_2013_EW_BGC": ("lookups/birmingham_wards_2013vintage_40.geojson", ("WD13CD", "WD13NM"))}


def carry(files: Path, out: Path) -> None:
    """Write `boundaries.*`, `former_wards.*` and `authority_boundaries.*` below `out`.

    Raises OSError for a missing file, ValueError for another system.
    """
    _carry(files, out, "boundaries", LAYERS, WGS_84)
    _carry(files, out, "former_wards", FORMER_WARDS, WGS_84)
    _carry(files, out, "authority_boundaries", AUTHORITIES, NATIONAL_GRID)


def _carry(files: Path, out: Path, dataset: str, layers: Mapping[str, tuple[str, tuple[str, ...]]], system: str) -> None:
    services = []
    own = {"crs": int(system), "shapes_in": int(system)} if system.isdigit() else {}
    with duckdb.connect(":memory:") as connection:
        for service, (file, fields) in layers.items():
            document = json.loads((files / FOLDER / file).read_text(encoding="utf-8"))
            named = str(document.get("crs", {}).get("properties", {}).get("name", WGS_84))
            if not named.endswith(system):
                raise ValueError(f"{file}: coordinates in {named}, not in {system}")
            features = [each for each in document["features"] if each["properties"][fields[0]].startswith("E")]
            columns = {field: [each["properties"][field] for each in features] for field in fields}
            columns["shape"] = [_shape(each["geometry"], PLACES[system]) for each in features]
            connection.register("features", pyarrow.table(columns))
            name = f"{dataset}_{fields[0][:-2].lower()}.parquet"
            write_parquet(connection, f"select * from features order by {fields[0]}", out / name)
            connection.unregister("features")
            layer = {
                "id": 0,
                "figures": name,
                "shape": "shape",
                "object_id": "FID",
                "max_record_count": 2000,
                "edited": "2000-01-01T00:00:00Z",
            }
            services.append({"name": service, "layers": [{**layer, **own}]})
    about = {
        "protocol": "feature_server",
        "source": "Office for National Statistics, Open Geography portal",
        "licence": LICENCE,
        "services": services,
    }
    (out / f"{dataset}.json").write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _shape(geometry: dict[str, Any], places: int) -> str:
    return json.dumps({"type": geometry["type"], "coordinates": _rounded(geometry["coordinates"], places)}, separators=(",", ":"))


def _rounded(coordinates: Any, places: int) -> Any:
    """Coordinates at any depth; a point that falls on the one before it is one point."""
    if isinstance(coordinates[0], int | float):
        return [round(number, places or None) for number in coordinates]
    inner = [_rounded(each, places) for each in coordinates]
    if isinstance(inner[0][0], int | float):
        return [point for at, point in enumerate(inner) if at == 0 or point != inner[at - 1]]
    return inner
