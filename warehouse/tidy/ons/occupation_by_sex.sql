-- Occupation by sex, Census 2021. Grain: one row per area, major group and sex.
-- Example: 2021, E08000025, '2. Professional occupations', female -> people.
select
    '2021' as period,
    census_day('2021') as period_start,
    census_day('2021') as period_end,
    gss_code(area_code) as area_code,
    area_name,
    area_level(gss_code(area_code)) as area_level,
    occupation,
    regexp_matches(occupation, '^[123][.]? ') as is_higher_skilled,
    lower(sex_name) as sex,
    'people' as measure,
    number_of(people) as value,
    marker_status(people) as status,
    marker_of(people) as marker,
    'people' as unit,
    _part as source_part,
    _row as source_row
from raw
-- People out of work.
where occupation_code <> '-8' and sex_code <> '-8'
