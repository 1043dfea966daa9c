-- title: Households in flats, census of 2021
-- meaning: Share of households who live in a flat, maisonette or apartment, census of 2021.
-- unit: percent
-- better: neither
-- levels: local_authority, ward, msoa, lsoa
-- sources: ons.accommodation_type_2021, ons.area_lookup
-- informs: neighbourhoods, housing
-- numerator: Households in flats, maisonettes or apartments
-- denominator: All households
-- interval: none
-- caveat: Flats in purpose-built blocks, converted or shared houses, other converted buildings and commercial buildings.
-- caveat: Wards and MSOAs are sums of LSOAs, wards by the official best fit; mart.ward_fit says what the fit moves. Counts are perturbed
--   to protect people: small areas are uncertain by a few.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.

select
    area_code, area_name, area_level, area_vintage, period, period_start, period_end,
    sum(value) filter (where accommodation_type_kind = 'detailed' and regexp_matches(accommodation_type, 'block of flats|converted|commercial building')) as numerator,
    sum(value) filter (where accommodation_type_kind = 'total') as denominator
from mart.census_levels('ons.accommodation_type_2021')
group by area_code, area_name, area_level, area_vintage, period, period_start, period_end
