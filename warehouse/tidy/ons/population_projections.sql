-- Subnational population projections. Grain: one row per year, area, sex and age.
-- Example: 2030, E08000025, all, an age -> projected people.
with years as (
    unpivot raw on "2022", "2023", "2024", "2025", "2026", "2027", "2028", "2029", "2030", "2031", "2032", "2033", "2034", "2035", "2036", "2037", "2038", "2039", "2040", "2041", "2042", "2043", "2044", "2045", "2046", "2047"
    into name printed_year value printed
)

select
    calendar_year_label(printed_year) as period,
    make_date(single_year(printed_year), 6, 30) as period_start,
    make_date(single_year(printed_year), 6, 30) as period_end,
    gss_code(AREA_CODE) as area_code,
    AREA_NAME as area_name,
    area_level(gss_code(AREA_CODE)) as area_level,
    case lower(SEX) when 'males' then 'male' when 'females' then 'female' when 'persons' then 'all' else lower(SEX) end as sex,
    AGE_GROUP as age_group,
    case when regexp_full_match(AGE_GROUP, '[0-9]{1,2}') then cast(AGE_GROUP as integer) end as age,
    'projected_population' as measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    'people' as unit,
    _part as source_part,
    _row as source_row
from years
where lower(COMPONENT) = 'population'
