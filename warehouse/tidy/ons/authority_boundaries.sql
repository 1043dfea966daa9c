-- Boundaries of authorities. Grain: one row per authority.
-- Example: 2022, E08000025 (Birmingham) -> some 26,800 hectares.
with named as (
    select
        *,
        -- Polygons, each a list of rings of points: a Polygon is a MultiPolygon of one.
        from_json(
            case json_extract_string(geometry, '$.type')
                when 'Polygon' then json_array(json_extract(geometry, '$.coordinates'))
                when 'MultiPolygon' then json_extract(geometry, '$.coordinates')
            end, '[[[["DOUBLE"]]]]') as polygons
    from raw
),

rings as (
    select _part, _row, unnest(range(1, len(polygon) + 1)) as ring_number, unnest(polygon) as ring
    from (select _part, _row, unnest(polygons) as polygon from named)
),

sized as (
    select
        _part, _row, sum(len(ring)) as vertices,
        -- The surveyor's formula from the ring's first point, in square metres. The first ring bounds a polygon, the others are holes in it.
        sum(
            if(ring_number = 1, 1, -1)
            * abs(list_sum(list_transform(range(1, len(ring)), lambda place:
                (ring[place][1] - ring[1][1]) * (ring[place + 1][2] - ring[1][2]) - (ring[place + 1][1] - ring[1][1]) * (ring[place][2] - ring[1][2])))) / 2) / 10000 as hectares
    from rings
    group by _part, _row
)

select
    gss_code(LAD22CD) as area_code,
    LAD22NM as area_name,
    area_level(gss_code(LAD22CD)) as area_level,
    '2022' as area_vintage,
    integer_of(BNG_E) as easting,
    integer_of(BNG_N) as northing,
    geometry,
    'EPSG:27700' as crs,
    crs as source_crs,
    round(hectares, 2) as area_hectares,
    vertices,
    _part as source_part,
    _row as source_row
from named
join sized using (_part, _row)
