-- Boundaries of the wards until 2018. Grain: one row per ward.
-- Example: E05001178 (Acocks Green).
select
    gss_code(WD13CD) as area_code,
    WD13NM as area_name,
    'ward' as area_level,
    '2013' as area_vintage,
    geometry,
    'CRS84' as crs,
    crs as source_crs,
    round(polygons_hectares(polygons_of(geometry)), 2) as area_hectares,
    polygons_vertices(polygons_of(geometry)) as vertices,
    _part as source_part,
    _row as source_row
from raw
