-- title: Gap between disadvantaged pupils and others in Attainment 8
-- meaning: By how much pupils who are not disadvantaged lead disadvantaged pupils in Attainment 8.
-- unit: points
-- better: lower
-- levels: local_authority, region, country
-- sources: dfe.local_authority_measures
-- informs: equality, young_people, education, disadvantaged_youth
-- interval: none
-- caveat: From the department's Local Authority Interactive Tool, which takes over figures from several releases; the school year is named
--   by its end.
-- caveat: A gap closes too where those who lead fall back.
-- break: 2016-09-01 GCSEs in English and mathematics are graded 9 to 1 and count for other points
-- break: 2019-09-01 grades were given by schools and not by examination in 2020 and 2021
-- break: 2021-09-01 examinations were held again

select
    other.area_code, other.area_name, other.area_level, null as area_vintage, other.period, other.period_start, other.period_end,
    other.value - disadvantaged.value as value
from dfe.local_authority_measures as other
join dfe.local_authority_measures as disadvantaged using (area_code, period)
where other.measure = 'NonDAP_KS4_ATT8' and disadvantaged.measure = 'DAP_KS4_ATT8'
