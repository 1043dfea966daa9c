-- title: Households of one older person
-- meaning: Share of all households that are one person aged 66 and over, census of 2021.
-- unit: percent
-- better: neither
-- levels: local_authority, ward, msoa, lsoa
-- sources: ons.household_composition_2021, ons.area_lookup
-- informs: neighbourhoods, connect, demographics
-- numerator: Households of one person aged 66 and over
-- denominator: All households
-- interval: none
-- caveat: Living alone is not being lonely.
-- caveat: Not to be set beside that of 2011, which counts from the age of 65.
-- caveat: Wards and MSOAs are sums of LSOAs, wards by the official best fit; mart.ward_fit says what the fit moves. Counts are perturbed
--   to protect people: small areas are uncertain by a few.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.

select
    area_code, area_name, area_level, area_vintage, period, period_start, period_end,
    sum(value) filter (where household_composition ilike 'One-person household: Aged 66%') as numerator,
    sum(value) filter (where household_composition_kind = 'total') as denominator
from mart.census_levels('ons.household_composition_2021')
group by area_code, area_name, area_level, area_vintage, period, period_start, period_end
