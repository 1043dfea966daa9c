-- title: Unpaid carers
-- meaning: Share of residents aged 5 and over who give unpaid care.
-- unit: percent
-- better: neither
-- levels: local_authority, msoa
-- sources: ons.unpaid_care
-- informs: neighbourhoods, connect, mental_health, gender
-- numerator: Residents aged 5 and over who give unpaid care
-- denominator: Residents aged 5 and over
-- interval: none
-- caveat: The census of 2021 asked in other words than that of 2011: the two are not comparable.
-- caveat: The city is the sum of its MSOAs.

with counted as (
    select
        area_code, area_name, area_level, area_vintage, period, period_start, period_end,
        sum(value) filter (where care_kind = 'some') as numerator,
        sum(value) filter (where care_kind = 'total') as denominator
    from ons.unpaid_care
    group by area_code, area_name, area_level, area_vintage, period, period_start, period_end
)

from counted
union all by name
-- The city as the sum of its small areas.
select
    mart.home_area() as area_code, '${area_name}' as area_name, 'local_authority' as area_level, area_vintage, period, period_start,
        period_end,
    sum(numerator) as numerator, sum(denominator) as denominator
from counted
group by area_vintage, period, period_start, period_end
