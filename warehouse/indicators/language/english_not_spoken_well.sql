-- title: Residents who do not speak English well
-- meaning: Share of residents aged 3 and over whose main language is not English and who cannot speak English or cannot speak it well.
-- unit: percent
-- better: lower
-- levels: local_authority, msoa
-- sources: ons.english_proficiency, ons.area_lookup
-- informs: rights, communication
-- numerator: Residents aged 3 and over who cannot speak English or not well
-- denominator: Residents aged 3 and over
-- interval: none
-- decimals: 2
-- caveat: By own account.
-- caveat: Counts are perturbed to protect people; the city is the sum of its MSOAs.

select
    area_code, area_name, area_level, area_vintage, period, period_start, period_end,
    sum(value) filter (where proficiency_kind = 'speaks_not_well') as numerator,
    sum(value) as denominator
from mart.census_levels('ons.english_proficiency')
group by area_code, area_name, area_level, area_vintage, period, period_start, period_end
