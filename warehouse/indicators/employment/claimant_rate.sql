-- title: Claimants by ward and month
-- meaning: Share of residents aged 16 to 64 who claim unemployment-related benefits, by ward and month.
-- unit: percent
-- better: lower
-- levels: local_authority, ward, region, country
-- sources: ons.claimant_count
-- informs: inclusive_growth, neighbourhoods, employment
-- interval: none
-- caveat: Counts are rounded to five: small wards move in steps.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.
-- break: 2013-01-01 Universal Credit comes in, which asks more people to look for work

select area_code, area_name, area_level, area_vintage, period, period_start, period_end, value, status, marker
from ons.claimant_count
where measure = 'claimant_rate'
