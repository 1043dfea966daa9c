-- Boundaries. Grain: one row per area and year of boundaries.
-- Example: ward, 2022, E05011118 (Acocks Green) -> 383 hectares.
with named as (
    select
        split_part(query, '_', 1) as area_level,
        split_part(query, '_', 2) as area_vintage,
        coalesce(WD22CD, LSOA11CD, LSOA21CD, MSOA11CD, MSOA21CD) as code,
        coalesce(WD22NM, LSOA11NM, LSOA21NM, MSOA11NM, MSOA21NM) as name,
        geometry,
        crs as source_crs,
        -- Polygons, each a list of rings of points: a Polygon is a MultiPolygon of one.
        from_json(
            case json_extract_string(geometry, '$.type')
                when 'Polygon' then json_array(json_extract(geometry, '$.coordinates'))
                when 'MultiPolygon' then json_extract(geometry, '$.coordinates')
            end, '[[[["DOUBLE"]]]]') as polygons,
        _part,
        _row
    from raw
),

rings as (
    select _part, _row, unnest(range(1, len(polygon) + 1)) as ring_number, unnest(polygon) as ring
    from (select _part, _row, unnest(polygons) as polygon from named)
),

-- The surveyor's formula from the ring's first point, in degrees, then metres per degree at its latitude (series of the WGS 84 ellipsoid).
measured as (
    select
        _part, _row, ring_number, len(ring) as points, radians(ring[1][2]) as latitude,
        abs(list_sum(list_transform(range(1, len(ring)), lambda place:
            (ring[place][1] - ring[1][1]) * (ring[place + 1][2] - ring[1][2]) - (ring[place + 1][1] - ring[1][1]) * (ring[place][2] - ring[1][2])))) / 2 as square_degrees
    from rings
),

sized as (
    select
        _part, _row, sum(points) as vertices,
        sum(
            -- The first ring bounds a polygon, the others are holes in it.
            if(ring_number = 1, 1, -1) * square_degrees
            * (111132.954 - 559.822 * cos(2 * latitude) + 1.175 * cos(4 * latitude))
            * (111412.84 * cos(latitude) - 93.5 * cos(3 * latitude))) / 10000 as hectares
    from measured
    group by _part, _row
)

select
    gss_code(code) as area_code,
    name as area_name,
    area_level,
    area_vintage,
    geometry,
    'CRS84' as crs,
    source_crs,
    round(hectares, 2) as area_hectares,
    vertices,
    _part as source_part,
    _row as source_row
from named
join sized using (_part, _row)
