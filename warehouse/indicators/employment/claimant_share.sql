-- title: Claimants of unemployment benefits
-- meaning: Average share of residents aged 16 to 64 who claimed unemployment-related benefits in a year.
-- unit: percent
-- better: lower
-- levels: local_authority, county, combined_authority, region, country
-- sources: ons.local_claimants
-- informs: inclusive_growth, employment, deprivation
-- interval: none
-- decimals: 1
-- caveat: Universal Credit counts more people than the benefits before it.
-- caveat: The publisher redefined the series in December 2024.
-- break: 2013-01-01 Universal Credit comes in, which asks more people to look for work

select
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from ons.local_claimants
where measure = 'claimant_share'
