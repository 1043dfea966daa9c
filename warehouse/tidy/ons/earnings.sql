-- Median pay of full-time employees. Grain: one row per year, area, sex and kind of pay; its coefficient of variation beside it.
-- Never run on the publisher's own answer: the layout is that of every Nomis table.
with estimates as (
    select
        DATE, GEOGRAPHY_CODE, GEOGRAPHY_NAME, GEOGRAPHY_TYPE, WORKERS, PAID,
        max(OBS_VALUE) filter (where MEASURED ilike 'value') as estimate,
        max(OBS_STATUS) filter (where MEASURED ilike 'value') as symbol,
        max(OBS_STATUS_NAME) filter (where MEASURED ilike 'value') as words,
        number_of(max(OBS_VALUE) filter (where MEASURED not ilike 'value')) as variation,
        min(_part) as source_part,
        min(_row) filter (where MEASURED ilike 'value') as source_row
    from raw
    group by all
)

select
    calendar_year_label(DATE) as period,
    make_date(single_year(DATE), 4, 1) as period_start,
    make_date(single_year(DATE), 4, 30) as period_end,
    gss_code(GEOGRAPHY_CODE) as area_code,
    GEOGRAPHY_NAME as area_name,
    area_level(gss_code(GEOGRAPHY_CODE)) as area_level,
    nomis_area_vintage(GEOGRAPHY_TYPE) as area_vintage,
    case when WORKERS ilike 'female%' then 'female' when WORKERS ilike 'male%' then 'male' else 'all' end as sex,
    PAID as measure,
    number_of(estimate) as value,
    variation as coefficient_of_variation,
    nomis_status(estimate, words) as status,
    case when estimate is null then symbol end as marker,
    'pounds' as unit,
    source_part,
    source_row
from estimates
