-- Life expectancy of local areas. Grain: one row per period, area, sex and age.
-- Example: '2022 to 2024', E08000025, female, at birth -> years.
select
    period,
    make_date(single_year(left(period, 4)), 1, 1) as period_start,
    make_date(single_year(right(period, 4)), 12, 31) as period_end,
    gss_code(area_code) as area_code,
    cell_text(area_name) as area_name,
    area_level(gss_code(area_code)) as area_level,
    case when lower(sex) like 'f%' then 'female' when lower(sex) like 'm%' then 'male' else lower(sex) end as sex,
    age_group,
    'life_expectancy' as measure,
    number_of(years) as value,
    marker_status(years) as status,
    marker_of(years) as marker,
    'years' as unit,
    number_of(lower) as lower_ci,
    number_of(upper) as upper_ci,
    _part as source_part,
    _row as source_row
from raw
