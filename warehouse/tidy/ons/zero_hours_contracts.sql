-- People on zero-hours contracts. Grain: one row per release, region and measure.
-- Example: a release, West Midlands, share_on_zero_hours -> percent.
with measured as (
    unpivot raw on people, percent into name printed_measure value printed
)

select
    released as period,
    cell_text(region) as area_name,
    case printed_measure when 'people' then 'people_on_zero_hours' else 'share_on_zero_hours' end as measure,
    if(printed_measure = 'people', 1000, 1) * number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    case printed_measure when 'people' then 'people' else 'percent' end as unit,
    _part as source_part,
    _row as source_row
from measured
where cell_text(region) is not null
