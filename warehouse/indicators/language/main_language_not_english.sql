-- title: Residents whose main language is not English
-- meaning: Share of residents aged 3 and over whose main language is not English.
-- unit: percent
-- better: neither
-- levels: local_authority, msoa
-- sources: ons.english_proficiency, ons.area_lookup
-- informs: connect, demographics, communication
-- numerator: Residents aged 3 and over whose main language is not English
-- denominator: Residents aged 3 and over
-- interval: none
-- caveat: Most of them speak English well or very well.

select
    area_code, area_name, area_level, area_vintage, period, period_start, period_end,
    sum(value) filter (where proficiency_kind in ('speaks_well', 'speaks_not_well')) as numerator,
    sum(value) as denominator
from mart.census_levels('ons.english_proficiency')
group by area_code, area_name, area_level, area_vintage, period, period_start, period_end
