-- title: Children who communicate well at five
-- meaning: Share of children at the expected level in communication and language at the end of the early years.
-- unit: percent
-- better: higher
-- levels: local_authority, county, combined_authority, region, country
-- sources: ons.local_education
-- informs: young_people, education, communication
-- interval: none
-- decimals: 1
-- caveat: From Explore Local Statistics, which takes over figures of the Department for Education.
-- caveat: The profile was reformed in 2021/22.
-- break: 2021-09-01 the early years profile was reformed

select
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from ons.local_education
where measure = 'early_years_communication'
