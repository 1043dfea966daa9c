-- title: School absence for illness
-- meaning: Share of possible sessions missed for illness, year to date: mental ill health is among its reasons.
-- unit: percent
-- better: lower
-- levels: local_authority, region, country
-- sources: dfe.pupil_attendance
-- informs: young_people, mental_health
-- interval: none
-- caveat: Year to date: it grows with the school year, and a week of illness early in the year weighs more than late.
-- caveat: Illness of body and mind are not told apart.

select
    case education_phase when 'Total' then 'all' else education_phase end as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from dfe.pupil_attendance
where measure = 'illness_absence_rate'
