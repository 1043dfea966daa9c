-- title: Exposure of pupils whose first language is not English to the others, over schools
-- meaning: Share of the others among the fellow pupils of an average pupil of this group: pupils whose first language is not English.
-- unit: index 0 to 1
-- better: higher
-- levels: local_authority
-- sources: dfe.school_census
-- informs: young_people, connect, segregation, education, communication
-- interval: none
-- decimals: 3
-- caveat: Over schools, which pupils travel to: not to be set beside an index over neighbourhoods. Primary and secondary schools apart.
-- caveat: Schools whose counts are withheld are left out; mart.school_segregation says how many.

select
    school_phase as breakdown, mart.home_area() as area_code, '${area_name}' as area_name, 'local_authority' as area_level,
        null as area_vintage,
    period, period_start, period_end, exposure as value
from mart.school_segregation
where group_name = 'First language other than English'
