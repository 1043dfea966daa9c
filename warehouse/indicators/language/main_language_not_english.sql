-- title: Residents whose main language is not English
-- meaning: Share of residents aged 3 and over whose main language is not English.
-- unit: percent
-- better: neither
-- levels: local_authority, msoa
-- sources: ons.english_proficiency
-- informs: connect, demographics, communication
-- numerator: Residents aged 3 and over whose main language is not English
-- denominator: Residents aged 3 and over
-- interval: none
-- caveat: Most of them speak English well or very well.

with counted as (
    select
        area_code, area_name, area_level, area_vintage, period, period_start, period_end,
        sum(value) filter (where proficiency_kind in ('speaks_well', 'speaks_not_well')) as numerator,
        sum(value) filter (where true) as denominator
    from ons.english_proficiency
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
