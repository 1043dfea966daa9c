-- English Indices of Deprivation, domains of small areas. Grain: one row per edition, LSOA, domain and measure.
-- Example: 2019, E01008881, income, rank -> 1 (most deprived) to 32,844.
with measured as (
    unpivot raw on columns('_(rank|decile)$') into name cell value printed
)

select
    edition as period,
    gss_code(lsoa_code) as area_code,
    lsoa_name as area_name,
    'lsoa' as area_level,
    '2011' as area_vintage,
    gss_code(district_code) as district_code,
    district_name,
    regexp_replace(cell, '_(rank|decile)$', '') as domain,
    regexp_extract(cell, '_(rank|decile)$', 1) as measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    regexp_extract(cell, '_(rank|decile)$', 1) as unit,
    _part as source_part,
    _row as source_row
from measured
