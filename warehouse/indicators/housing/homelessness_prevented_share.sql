-- title: Households helped before they are homeless
-- meaning: Share of households owed a duty that came while still at risk, and not already homeless.
-- unit: percent
-- better: higher
-- levels: local_authority, region, country
-- sources: mhclg.homelessness
-- informs: rights, neighbourhoods, housing
-- numerator: Households owed a prevention duty
-- denominator: Households owed a prevention or relief duty
-- interval: wilson
-- caveat: A quarter, not a year.

select
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end,
    sum(value) filter (where measure = 'prevention_duty') as numerator,
    sum(value) filter (where measure = 'owed_a_duty') as denominator
from mhclg.homelessness
where measure in ('prevention_duty', 'owed_a_duty')
group by area_code, area_name, area_level, period, period_start, period_end
having count(value) = 2
