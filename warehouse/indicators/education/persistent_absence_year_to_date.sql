-- title: Persistent absence, year to date
-- meaning: Share of pupils who missed at least a tenth of possible sessions, year to date.
-- unit: percent
-- better: lower
-- levels: local_authority, region, country
-- sources: dfe.pupil_attendance
-- informs: young_people, education, disadvantaged_youth
-- interval: none
-- caveat: Year to date: it grows with the school year, and a week of illness early in the year weighs more than late.
-- caveat: The publisher leaves it out in the first weeks of each school year.

select
    case education_phase when 'Total' then 'all' else education_phase end as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from dfe.pupil_attendance
where measure = 'persistent_absence_rate'
