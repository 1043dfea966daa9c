-- Economic activity of residents. Grain: one row per census, area and category.
-- Never run on the publisher's own answer: the layout is that of every Nomis table.
select
    DATE as period,
    census_day(DATE) as period_start,
    census_day(DATE) as period_end,
    gss_code(GEOGRAPHY_CODE) as area_code,
    GEOGRAPHY_NAME as area_name,
    area_level(gss_code(GEOGRAPHY_CODE)) as area_level,
    nomis_area_vintage(GEOGRAPHY_TYPE) as area_vintage,
    ACTIVITY as activity,
    case
        when ACTIVITY like 'Total%' then 'total'
        when contains(ACTIVITY, ':') then 'detailed'
        else 'group'
    end as activity_kind,
    'residents' as measure,
    number_of(OBS_VALUE) as value,
    nomis_status(OBS_VALUE, OBS_STATUS_NAME) as status,
    case when OBS_VALUE is null then OBS_STATUS end as marker,
    'people' as unit,
    _part as source_part,
    _row as source_row
from raw
