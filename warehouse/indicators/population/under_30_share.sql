-- title: Residents under 30
-- meaning: Share of usual residents aged under 30, by single years of age of the census.
-- unit: percent
-- better: neither
-- levels: local_authority, county, combined_authority, region, country
-- sources: ons.census_age
-- informs: young_people, demographics
-- numerator: Residents aged under 30
-- denominator: Residents of all ages
-- interval: none
-- caveat: Students count where they live in term time; the census of 2021 was taken in a lockdown.

select
    area_code, area_name, area_level, area_vintage, period, period_start, period_end,
    sum(value) filter (where age_kind = 'single_year' and age_from < 30) as numerator,
    sum(value) filter (where age_kind = 'all_ages') as denominator
from ons.census_age
group by area_code, area_name, area_level, area_vintage, period, period_start, period_end
having numerator is not null
