-- Age of residents. Grain: one row per census, area and age (total, band, single year).
-- Example: 2021, E08000025, Aged 0 to 4 -> 75023 people.
with cells as (
    unpivot raw on columns(* exclude (level, date, geography, geography_code, _part, _row)) into name age value residents
),

ages as (
    select
        *,
        -- 'all_ages', 'age_7', 'age_0_4', 'age_85_over'
        cast(nullif(regexp_extract(age, '^age_([0-9]+)', 1), '') as integer) as first_age,
        cast(nullif(regexp_extract(age, '^age_[0-9]+_([0-9]+)$', 1), '') as integer) as last_age
    from cells
    -- Wales stands among the countries and among the regions: it is taken once.
    where not (level = 'rgn' and geography_code like 'W92%')
)

select
    date as period,
    census_day(date) as period_start,
    census_day(date) as period_end,
    gss_code(geography_code) as area_code,
    geography as area_name,
    area_level(gss_code(geography_code)) as area_level,
    '2022' as area_vintage,
    case
        when age = 'all_ages' then 'All ages'
        when age like '%over' then 'Aged ' || first_age || ' and over'
        when last_age is not null then 'Aged ' || first_age || ' to ' || last_age
        else 'Aged ' || first_age
    end as age_band,
    -- The last single year is 100 and over; the last band 85 and over.
    case when age = 'all_ages' then 'all_ages' when last_age is not null or age = 'age_85_over' then 'band' else 'single_year' end as age_kind,
    coalesce(first_age, 0) as age_from,
    case when age = 'all_ages' or age like '%over' then null else coalesce(last_age, first_age) end as age_to,
    'residents' as measure,
    number_of(residents) as value,
    marker_status(residents) as status,
    marker_of(residents) as marker,
    'people' as unit,
    _part as source_part,
    _row as source_row
from ages
