-- title: Residents without qualifications, census of 2011
-- meaning: Share of residents aged 16 and over who hold no qualification.
-- unit: percent
-- better: lower
-- levels: local_authority, msoa
-- sources: ons.qualifications_2011, ons.area_lookup
-- informs: inclusive_growth, neighbourhoods, education, employment
-- numerator: Residents aged 16 and over without qualifications
-- denominator: Residents aged 16 and over
-- interval: none
-- caveat: Of 16 and over, so that older residents weigh more than in the survey of 16 to 64 year olds.
-- caveat: The city is the sum of its MSOAs.

select
    area_code, area_name, area_level, area_vintage, period, period_start, period_end,
    sum(value) filter (where qualification = 'No qualifications') as numerator,
    sum(value) filter (where qualification_kind = 'total') as denominator
from mart.census_levels('ons.qualifications_2011')
group by area_code, area_name, area_level, area_vintage, period, period_start, period_end
