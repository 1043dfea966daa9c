-- Indices of deprivation 2025. Grain: one row per LSOA and measure.
-- Never run on the publisher's own file: the columns are those that public code names.
with measured as (
    unpivot raw on imd_rank, imd_decile into name measure value printed
)

select
    edition as period,
    gss_code(lsoa_code) as area_code,
    lsoa_name as area_name,
    'lsoa' as area_level,
    '2021' as area_vintage,
    gss_code(district_code) as district_code,
    district_name,
    measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    case measure when 'imd_rank' then 'rank' else 'decile' end as unit,
    _part as source_part,
    _row as source_row
from measured
