-- title: Children under five among residents
-- meaning: Share of usual residents aged 0 to 4.
-- unit: percent
-- better: neither
-- levels: local_authority, combined_authority, county, region, country
-- sources: ons.population
-- informs: young_people, demographics
-- numerator: Residents aged 0 to 4
-- denominator: Residents of all ages
-- interval: none
-- caveat: Births and migration move it; it says nothing of care or schooling.
-- break: 2021-06-30 estimates from here on rest on the census of 2021; earlier ones were rolled forward from that of 2011

select
    area_code, area_name, area_level, area_vintage, period, period_start, period_end,
    sum(value) filter (where age_kind = 'band' and age_from = 0 and age_to = 4) as numerator,
    sum(value) filter (where age_kind = 'all_ages') as denominator
from ons.population
where sex = 'all'
group by area_code, area_name, area_level, area_vintage, period, period_start, period_end
