-- title: Households in flats
-- meaning: Share of households who live in a flat, maisonette or apartment, census of 2011.
-- unit: percent
-- better: neither
-- levels: local_authority
-- sources: ons.accommodation_type_2011
-- informs: neighbourhoods, housing
-- numerator: Households in flats, maisonettes or apartments
-- denominator: All households
-- interval: none
-- caveat: 2011: much has been built since.

select
    area_code, area_name, area_level, area_vintage, period, period_start, period_end,
    sum(value) filter (where accommodation_type = 'Unshared dwelling: Flat, maisonette or apartment: Total') as numerator,
    sum(value) filter (where accommodation_type_kind = 'total') as denominator
from ons.accommodation_type_2011
group by area_code, area_name, area_level, area_vintage, period, period_start, period_end
