-- title: Lone parents with dependent children among households
-- meaning: Share of all households that are a lone parent with dependent children, census of 2021.
-- unit: percent
-- better: neither
-- levels: local_authority, ward, msoa, lsoa
-- sources: ons.household_composition_2021, ons.area_lookup
-- informs: equality, gender, deprivation
-- numerator: Lone parent households with dependent children
-- denominator: All households
-- interval: none
-- caveat: Not to be set beside lone_parent_households of 2011, whose denominator is families with dependent children.
-- caveat: Dependent children are under 16, or 16 to 18 in full-time education.
-- caveat: Wards and MSOAs are sums of LSOAs, wards by the official best fit; mart.ward_fit says what the fit moves. Counts are perturbed
--   to protect people: small areas are uncertain by a few.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.

select
    area_code, area_name, area_level, area_vintage, period, period_start, period_end,
    sum(value) filter (where household_composition ilike '%lone parent%: %dependent children%' and household_composition not ilike '%non-dependent%') as numerator,
    sum(value) filter (where household_composition_kind = 'total') as denominator
from mart.census_levels('ons.household_composition_2021')
group by area_code, area_name, area_level, area_vintage, period, period_start, period_end
