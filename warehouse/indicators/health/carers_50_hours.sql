-- title: Residents who care for 50 hours a week or more
-- meaning: Share of residents aged 5 and over who give 50 hours or more of unpaid care a week.
-- unit: percent
-- better: neither
-- levels: local_authority, msoa
-- sources: ons.unpaid_care
-- informs: equality, mental_health, gender
-- numerator: Residents who give 50 hours or more of unpaid care a week
-- denominator: Residents aged 5 and over
-- interval: none
-- caveat: Nearly half of carers report depression from caring, the strategy says.

with counted as (
    select
        area_code, area_name, area_level, area_vintage, period, period_start, period_end,
        sum(value) filter (where care = 'Provides 50 or more hours unpaid care a week') as numerator,
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
