-- Claimant count. Grain: one row per month, area and measure.
-- Never run on the publisher's own answer: the layout is that of every Nomis table.
select
    DATE as period,
    month_start(DATE) as period_start,
    month_end(DATE) as period_end,
    gss_code(GEOGRAPHY_CODE) as area_code,
    GEOGRAPHY_NAME as area_name,
    area_level(gss_code(GEOGRAPHY_CODE)) as area_level,
    nomis_area_vintage(GEOGRAPHY_TYPE) as area_vintage,
    if(COUNTED ilike '%proportion%', 'claimant_rate', 'claimants') as measure,
    number_of(OBS_VALUE) as value,
    nomis_status(OBS_VALUE, OBS_STATUS_NAME) as status,
    case when OBS_VALUE is null then OBS_STATUS end as marker,
    if(COUNTED ilike '%proportion%', 'percent', 'people') as unit,
    _part as source_part,
    _row as source_row
from raw
