-- title: Residents born outside the United Kingdom
-- meaning: Share of usual residents who were born outside the United Kingdom, census of 2021.
-- unit: percent
-- better: neither
-- levels: local_authority, ward, msoa, lsoa
-- sources: ons.country_of_birth, ons.area_lookup
-- informs: mainstream, demographics
-- numerator: Residents born outside the United Kingdom
-- denominator: All usual residents
-- interval: none
-- caveat: Where a person was born says nothing of nationality, of ethnic group or of how long they have lived here.
-- caveat: Wards and MSOAs are sums of LSOAs, wards by the official best fit; mart.ward_fit says what the fit moves. Counts are perturbed
--   to protect people: small areas are uncertain by a few.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.

select
    area_code, area_name, area_level, area_vintage, period, period_start, period_end,
    sum(value) filter (where country_of_birth_kind = 'detailed' and not starts_with(country_of_birth, 'Europe: United Kingdom')) as numerator,
    sum(value) filter (where country_of_birth_kind = 'total') as denominator
from mart.census_levels('ons.country_of_birth')
group by area_code, area_name, area_level, area_vintage, period, period_start, period_end
