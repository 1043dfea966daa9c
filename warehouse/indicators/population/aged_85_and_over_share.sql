-- title: Residents aged 85 and over
-- meaning: Share of usual residents aged 85 and over.
-- unit: percent
-- better: neither
-- levels: local_authority, county, combined_authority, region, country
-- sources: ons.census_age
-- informs: connect, demographics
-- numerator: Residents aged 85 and over
-- denominator: Residents of all ages
-- interval: none
-- caveat: The strategy speaks of their growth to come; this is the share as it was.

select
    area_code, area_name, area_level, area_vintage, period, period_start, period_end,
    sum(value) filter (where age_kind = 'single_year' and age_from >= 85) as numerator,
    sum(value) filter (where age_kind = 'all_ages') as denominator
from ons.census_age
group by area_code, area_name, area_level, area_vintage, period, period_start, period_end
having numerator is not null
