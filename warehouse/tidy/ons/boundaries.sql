-- Boundaries. Grain: one row per area and year of boundaries.
-- Example: ward, 2022, E05011118 (Acocks Green) -> 383 hectares.
with named as (
    select
        split_part(query, '_', 1) as area_level,
        split_part(query, '_', 2) as area_vintage,
        coalesce(WD22CD, LSOA11CD, LSOA21CD, MSOA11CD, MSOA21CD, OA11CD) as code,
        -- Output areas have no names.
        coalesce(WD22NM, LSOA11NM, LSOA21NM, MSOA11NM, MSOA21NM) as name,
        geometry,
        crs as source_crs,
        polygons_of(geometry) as polygons,
        _part,
        _row
    from raw
)

select
    gss_code(code) as area_code,
    name as area_name,
    area_level,
    area_vintage,
    geometry,
    'CRS84' as crs,
    source_crs,
    round(polygons_hectares(polygons), 2) as area_hectares,
    polygons_vertices(polygons) as vertices,
    _part as source_part,
    _row as source_row
from named
