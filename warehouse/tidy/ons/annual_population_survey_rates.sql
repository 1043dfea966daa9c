-- Rates of the Annual Population Survey. Grain: one row per period, area, rate and group of people; the interval beside the rate.
-- Never run on the publisher's own answer: the layout is that of every Nomis table, the measures are those of public code.
-- Example: a period, E08000025, employment, women -> percent.
with estimates as (
    select
        DATE, DATE_NAME, GEOGRAPHY_CODE, GEOGRAPHY_NAME, GEOGRAPHY_TYPE, VARIABLE,
        max(OBS_VALUE) filter (where MEASURED = 'Variable') as printed,
        max(OBS_STATUS) filter (where MEASURED = 'Variable') as symbol,
        max(OBS_STATUS_NAME) filter (where MEASURED = 'Variable') as words,
        max(OBS_VALUE) filter (where MEASURED = 'Confidence') as half,
        max(OBS_STATUS) filter (where MEASURED = 'Confidence') as half_symbol,
        max(OBS_STATUS_NAME) filter (where MEASURED = 'Confidence') as half_words,
        max(OBS_VALUE) filter (where MEASURED = 'Numerator') as counted,
        max(OBS_VALUE) filter (where MEASURED = 'Denominator') as out_of,
        min(_part) as source_part,
        min(_row) filter (where MEASURED = 'Variable') as source_row
    from raw
    group by all
)

select
    DATE_NAME as period,
    months_start(DATE_NAME) as period_start,
    months_end(DATE_NAME) as period_end,
    gss_code(GEOGRAPHY_CODE) as area_code,
    GEOGRAPHY_NAME as area_name,
    area_level(gss_code(GEOGRAPHY_CODE)) as area_level,
    nomis_area_vintage(GEOGRAPHY_TYPE) as area_vintage,
    case
        when VARIABLE ilike '%unemployment rate%' then 'unemployment'
        when VARIABLE ilike '%employment rate%' then 'employment'
        when VARIABLE ilike '%economically inactive%' then 'inactivity'
        else regexp_extract(VARIABLE, '^% with (.*) - aged 16-64$', 1)
    end as rate,
    case
        -- 'females' holds 'males'
        when VARIABLE ilike '%females%' then 'women'
        when VARIABLE ilike '%males%' then 'men'
        when VARIABLE ilike '%- ethnic minority' then 'ethnic minority'
        when VARIABLE ilike '%- white' then 'white'
        else 'all'
    end as population_group,
    VARIABLE as variable_name,
    'share' as measure,
    number_of(printed) as value,
    number_of(printed) - number_of(half) as lower_ci,
    number_of(printed) + number_of(half) as upper_ci,
    number_of(counted) as numerator,
    number_of(out_of) as denominator,
    coalesce(nomis_status(printed, words), nomis_status(half, half_words)) as status,
    case when printed is null then symbol when half is null then half_symbol end as marker,
    'percent' as unit,
    source_part,
    source_row
from estimates
