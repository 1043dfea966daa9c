-- title: Households who rent privately, census of 2021
-- meaning: Share of households, census of 2021: households who rent privately.
-- unit: percent
-- better: neither
-- levels: local_authority, ward, msoa, lsoa
-- sources: ons.tenure_2021, ons.area_lookup
-- informs: neighbourhoods, housing
-- numerator: Households who rent privately
-- denominator: All households
-- interval: none
-- caveat: Shared ownership and living rent free are groups of their own, and in none of the three.
-- caveat: Wards and MSOAs are sums of LSOAs, wards by the official best fit; mart.ward_fit says what the fit moves. Counts are perturbed
--   to protect people: small areas are uncertain by a few.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.

select
    area_code, area_name, area_level, area_vintage, period, period_start, period_end,
    sum(value) filter (where tenure_kind = 'detailed' and tenure like 'Private rented%') as numerator,
    sum(value) filter (where tenure_kind = 'total') as denominator
from mart.census_levels('ons.tenure_2021')
group by area_code, area_name, area_level, area_vintage, period, period_start, period_end
