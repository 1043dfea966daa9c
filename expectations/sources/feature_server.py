"""The arguments of `kind: feature_server`: layers of an ArcGIS FeatureServer."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from expectations.sources.address import listed, taken_apart
from expectations.sources.common import Arguments, Common, Text, pattern, whole

WGS_84 = 4326  # EPSG's number; GeoJSON's own system, which its files need not name


class FeatureLayer(Arguments):
    """One layer or table of one ArcGIS service; `FeatureServer` says what each argument is."""

    service: Text | None = None
    service_matching: Text | None = None
    layer: int = Field(default=0, ge=0)
    where: Text = "1=1"
    fields: list[Text] = Field(default=["*"], min_length=1)
    geometry: bool = False
    precision: int | None = Field(default=None, ge=0, le=15)
    crs: int = Field(default=WGS_84, ge=1024, le=32_767)

    @model_validator(mode="after")
    def _one_service(self) -> Self:
        if (self.service is None) == (self.service_matching is None):
            raise ValueError("give `service` or `service_matching`, and not both")
        if self.service_matching is not None:
            pattern(self.service_matching)
        return self


class FeatureServer(Common):
    """Layers of an ArcGIS FeatureServer."""

    kind: Literal["feature_server"] = "feature_server"
    url: Text = Field(description="The folder of services: https://services1.arcgis.com/ESMARspQHYMw9BZ9/arcgis/rest/services.")
    service: Text | None = Field(default=None, description="The service's name, exactly, with its folder where it has one.")
    service_matching: Text | None = Field(default=None, description="In place of `service`: a pattern that one listed name must fit whole.")
    layer: int | None = Field(default=None, ge=0, description="The number of the layer or table in the service; without it, 0.")
    where: Text | None = Field(default=None, description="An SQL condition on the layer's fields; without it, every row.")
    fields: list[Text] | None = Field(default=None, description="The fields to ask for; without it, all. The object id is always added.")
    geometry: bool | None = Field(default=None, description="Whether to bring the shapes too: as GeoJSON in WGS 84, else as JSON records.")
    precision: int | None = Field(default=None, ge=0, le=15, description="Decimal places of coordinates: in degrees 6 is about 10 cm.")
    crs: int | None = Field(
        default=None, ge=1024, le=32_767, description="EPSG number of the reference system of shapes, as 27700; without it, WGS 84."
    )
    layers: dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]*$")], dict[str, Any]] = Field(
        default={}, description="Several layers by name, each with the arguments that differ: one service per boundary vintage."
    )

    @model_validator(mode="after")
    def _whole_layers(self) -> Self:
        self.each()
        return self

    def each(self) -> dict[str, FeatureLayer]:
        """Every layer with all of its arguments; the only one is named ''."""
        shared = {name: value for name in FeatureLayer.model_fields if (value := getattr(self, name)) is not None}
        if not self.layers:
            return {"": whole(FeatureLayer, "", shared)}
        return {name: whole(FeatureLayer, f"layers.{name}", {**shared, **own}) for name, own in self.layers.items()}

    @classmethod
    def from_address(cls, address: str) -> Self | None:
        """A service, a layer of it, or a query of one. A FeatureServer's tables come without shapes."""
        at = taken_apart(address)
        if at is None or "FeatureServer" not in at.steps or "services" not in at.steps:
            return None
        begins, ends = at.steps.index("services"), at.steps.index("FeatureServer")
        number = at.after("FeatureServer")
        fields = listed(at.asked.get("outfields", "*"))
        where = at.asked.get("where", "").strip()
        return cls(
            url=f"{at.site}/{'/'.join(at.steps[: begins + 1])}",
            service="/".join(at.steps[begins + 1 : ends]),
            layer=int(number) if number.isdigit() else None,
            where=where if where.replace(" ", "") not in ("", "1=1") else None,
            fields=fields if fields and fields != ["*"] else None,
        )
