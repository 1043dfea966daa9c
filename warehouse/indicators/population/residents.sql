-- title: Residents
-- meaning: Usual residents at the middle of the year.
-- unit: people
-- better: neither
-- levels: local_authority, combined_authority, county, region, country
-- sources: ons.population
-- informs: mainstream, demographics
-- interval: none
-- decimals: 0
-- caveat: Estimates for the years between censuses are revised when the next census is known.
-- break: 2021-06-30 estimates from here on rest on the census of 2021; earlier ones were rolled forward from that of 2011

select area_code, area_name, area_level, area_vintage, period, period_start, period_end, value, status, marker
from ons.population
where sex = 'all' and age_kind = 'all_ages'
