-- title: Residents who care for 50 hours a week or more
-- meaning: Share of residents aged 5 and over who give 50 hours or more of unpaid care a week.
-- unit: percent
-- better: neither
-- levels: local_authority, msoa
-- sources: ons.unpaid_care, ons.area_lookup
-- informs: equality, mental_health, gender
-- numerator: Residents who give 50 hours or more of unpaid care a week
-- denominator: Residents aged 5 and over
-- interval: none
-- caveat: Nearly half of carers report depression from caring, the strategy says.

select
    area_code, area_name, area_level, area_vintage, period, period_start, period_end,
    sum(value) filter (where care = 'Provides 50 or more hours unpaid care a week') as numerator,
    sum(value) filter (where care_kind = 'total') as denominator
from mart.census_levels('ons.unpaid_care')
group by area_code, area_name, area_level, area_vintage, period, period_start, period_end
