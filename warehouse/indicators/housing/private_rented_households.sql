-- title: Households who rent privately
-- meaning: Share of households, census of 2011: households who rent privately.
-- unit: percent
-- better: neither
-- levels: local_authority
-- sources: ons.tenure_2011
-- informs: neighbourhoods, housing
-- numerator: Households who rent privately
-- denominator: All households
-- interval: none
-- caveat: 2011: private renting has grown since.

select
    area_code, area_name, area_level, area_vintage, period, period_start, period_end,
    sum(value) filter (where tenure = 'Private rented: Total') as numerator,
    sum(value) filter (where tenure_kind = 'total') as denominator
from ons.tenure_2011
group by area_code, area_name, area_level, area_vintage, period, period_start, period_end
