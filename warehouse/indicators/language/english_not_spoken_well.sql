-- title: Residents who do not speak English well
-- meaning: Share of residents aged 3 and over whose main language is not English and who cannot speak English or cannot speak it well.
-- unit: percent
-- better: lower
-- levels: local_authority, msoa
-- sources: ons.english_proficiency
-- informs: rights, communication
-- numerator: Residents aged 3 and over who cannot speak English or not well
-- denominator: Residents aged 3 and over
-- interval: none
-- decimals: 2
-- caveat: By own account.
-- caveat: Counts are perturbed to protect people; the city is the sum of its MSOAs.

with counted as (
    select
        area_code, area_name, area_level, area_vintage, period, period_start, period_end,
        sum(value) filter (where proficiency_kind = 'speaks_not_well') as numerator,
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
