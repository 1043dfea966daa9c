-- title: Young people with GCSEs in English and mathematics by 19
-- meaning: Share of young people who hold GCSEs (or the like) in English and mathematics by the age of 19.
-- unit: percent
-- better: higher
-- levels: local_authority, county, combined_authority, region, country
-- sources: ons.local_education
-- informs: young_people, inclusive_growth, education
-- interval: none
-- decimals: 1
-- caveat: From Explore Local Statistics, which takes over figures of the Department for Education.

select
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from ons.local_education
where measure = 'gcses_english_maths_by_19'
