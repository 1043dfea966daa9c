-- title: Unpaid carers
-- meaning: Share of residents aged 5 and over who give unpaid care.
-- unit: percent
-- better: neither
-- levels: local_authority, msoa
-- sources: ons.unpaid_care, ons.area_lookup
-- informs: neighbourhoods, connect, mental_health, gender
-- numerator: Residents aged 5 and over who give unpaid care
-- denominator: Residents aged 5 and over
-- interval: none
-- caveat: The census of 2021 asked in other words than that of 2011: the two are not comparable.
-- caveat: The city is the sum of its MSOAs.

select
    area_code, area_name, area_level, area_vintage, period, period_start, period_end,
    sum(value) filter (where care_kind = 'some') as numerator,
    sum(value) filter (where care_kind = 'total') as denominator
from mart.census_levels('ons.unpaid_care')
group by area_code, area_name, area_level, area_vintage, period, period_start, period_end
