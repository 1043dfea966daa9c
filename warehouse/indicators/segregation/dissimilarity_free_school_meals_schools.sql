-- title: Index of dissimilarity between pupils with free school meals and the others, over schools
-- meaning: Share of pupils with free school meals, or of the others, that would have to change school for both to be spread alike over the
--   state-funded schools of the city.
-- unit: index 0 to 1
-- better: lower
-- levels: local_authority
-- sources: dfe.school_census
-- informs: young_people, connect, segregation, education, deprivation
-- interval: none
-- decimals: 3
-- caveat: Over schools, which pupils travel to: not to be set beside an index over neighbourhoods. Primary and secondary schools apart.
-- caveat: Schools whose counts are withheld are left out; mart.school_segregation says how many.

select
    school_phase as breakdown, mart.home_area() as area_code, '${area_name}' as area_name, 'local_authority' as area_level,
        null as area_vintage,
    period, period_start, period_end, dissimilarity as value
from mart.school_segregation
where group_name = 'Free school meals'
