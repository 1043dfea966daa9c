"""Carry the boundaries of Birmingham's wards and small areas over from the portal's files in WGS 84, for `tasks.sample.feature_server`.

Coordinates keep five decimal places, about a metre, as the declaration asks of the service; nothing else of a shape is changed. Refuses a
file in another reference system: a coordinate is carried, never projected.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pyarrow

from tasks.sample.carrying import LICENCE, write_parquet

FOLDER = "ons/geoportal"
PLACES = 5
WGS84 = ("CRS84",)
# Service, as public code names it -> (file, the fields of the layer that are carried).
LAYERS = {
    "Wards_December_2022_Boundaries_GB_BGC": (
        "birmingham_wards_2022vintage_CRS84_d23350e.geojson",
        ("WD22CD", "WD22NM", "LAD22CD", "LAD22NM"),
    ),
    "Lower_Layer_Super_Output_Areas_DEC_2011_EW_BGC_V3": ("birmingham_lsoa11_dc55fc0.geojson", ("LSOA11CD", "LSOA11NM")),
    "Lower_layer_Super_Output_Areas_December_2021_Boundaries_EW_BGC_V5": ("birmingham_lsoa21_e20a072.geojson", ("LSOA21CD", "LSOA21NM")),
    "Middle_Layer_Super_Output_Areas_DEC_2011_EW_BGC_V3": ("birmingham_msoa11_2020_dc55fc0.geojson", ("MSOA11CD", "MSOA11NM")),
    "Middle_layer_Super_Output_Areas_December_2021_Boundaries_EW_BGC_V3": ("birmingham_msoa21_e20a072.geojson", ("MSOA21CD", "MSOA21NM")),
}


def carry(files: Path, out: Path) -> None:
    """Write `boundaries.json` and one Parquet a layer below `out`. Raises OSError where a file is not there, ValueError for another system."""
    services = []
    with duckdb.connect(":memory:") as connection:
        for service, (file, fields) in LAYERS.items():
            document = json.loads((files / FOLDER / file).read_text(encoding="utf-8"))
            named = str(document.get("crs", {}).get("properties", {}).get("name", WGS84[0]))
            if not named.endswith(WGS84):
                raise ValueError(f"{file}: coordinates in {named}, not in WGS 84")
            columns = {field: [each["properties"][field] for each in document["features"]] for field in fields}
            columns["shape"] = [_shape(each["geometry"]) for each in document["features"]]
            connection.register("features", pyarrow.table(columns))
            name = f"boundaries_{fields[0][:-2].lower()}.parquet"
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
            services.append({"name": service, "layers": [layer]})
    about = {
        "protocol": "feature_server",
        "source": "Office for National Statistics, Open Geography portal",
        "licence": LICENCE,
        "services": services,
    }
    (out / "boundaries.json").write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _shape(geometry: dict[str, Any]) -> str:
    return json.dumps({"type": geometry["type"], "coordinates": _rounded(geometry["coordinates"])}, separators=(",", ":"))


def _rounded(coordinates: Any) -> Any:
    """Coordinates at any depth; a point that falls on the one before it is one point."""
    if isinstance(coordinates[0], int | float):
        return [round(number, PLACES) for number in coordinates]
    inner = [_rounded(each) for each in coordinates]
    if isinstance(inner[0][0], float):
        return [point for at, point in enumerate(inner) if at == 0 or point != inner[at - 1]]
    return inner
