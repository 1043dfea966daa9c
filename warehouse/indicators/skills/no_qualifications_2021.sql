-- title: Residents without qualifications, census of 2021
-- meaning: Share of residents aged 16 and over who hold no qualification.
-- unit: percent
-- better: lower
-- levels: local_authority, ward, msoa, lsoa
-- sources: ons.qualifications_2021, ons.area_lookup
-- informs: inclusive_growth, neighbourhoods, education, employment
-- numerator: Residents aged 16 and over without qualifications
-- denominator: Residents aged 16 and over
-- interval: none
-- caveat: The question of 2021 differs from that of 2011.
-- caveat: Wards are sums of LSOAs by the official best fit.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.

select
    area_code, area_name, area_level, area_vintage, period, period_start, period_end,
    sum(value) filter (where qualification = 'No qualifications') as numerator,
    sum(value) filter (where qualification_kind = 'total') as denominator
from mart.census_levels('ons.qualifications_2021')
group by area_code, area_name, area_level, area_vintage, period, period_start, period_end
