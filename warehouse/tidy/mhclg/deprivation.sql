-- Indices of deprivation. Grain: one row per edition, LSOA and measure.
-- Example: 2015, E01009417, imd_rank -> 1 (most deprived) to 32,844.
with measured as (
    unpivot raw on imd_rank, imd_decile into name measure value printed
)

select
    edition as period,
    lsoa_code as area_code,
    lsoa_name as area_name,
    'lsoa' as area_level,
    '2011' as area_vintage,
    district_code,
    district_name,
    measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    case measure when 'imd_rank' then 'rank' else 'decile' end as unit,
    _part as source_part,
    _row as source_row
from measured
