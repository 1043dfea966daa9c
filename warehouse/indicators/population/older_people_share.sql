-- title: Older people among residents
-- meaning: Share of usual residents aged 65 and over.
-- unit: percent
-- better: neither
-- levels: local_authority, combined_authority, county, region, country
-- sources: ons.population
-- informs: connect, demographics
-- numerator: Residents aged 65 and over
-- denominator: Residents of all ages
-- interval: none
-- caveat: The strategy speaks of growth to come; this is the share as it is.
-- break: 2021-06-30 estimates from here on rest on the census of 2021; earlier ones were rolled forward from that of 2011

select
    area_code, area_name, area_level, area_vintage, period, period_start, period_end,
    sum(value) filter (where age_kind = 'band' and age_from = 65 and age_to is null) as numerator,
    sum(value) filter (where age_kind = 'all_ages') as denominator
from ons.population
where sex = 'all'
group by area_code, area_name, area_level, area_vintage, period, period_start, period_end
