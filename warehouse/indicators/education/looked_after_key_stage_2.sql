-- title: Children in care or in need who reach the expected standard at the end of primary school
-- meaning: Share of pupils who reach the expected standard in reading, writing and mathematics at key stage 2: looked after for a year, in
--   need, and on a child protection plan, at 31 March.
-- unit: percent
-- better: higher
-- levels: local_authority, region, country
-- sources: dfe.looked_after_key_stage_2
-- informs: young_people, equality, education, disadvantaged_youth
-- numerator: Pupils of the group who reach the expected standard in all three
-- denominator: Pupils of the group at the end of key stage 2
-- interval: none
-- caveat: The publisher prints the share in whole percent; some eighty children in the city's care a year, so that each is more than a point.
-- caveat: Where a number is withheld there is none here.
-- break: 2019-09-01 no tests were held in 2020 and 2021

select
    case social_care_group
        when 'CLA 12 months at 31 March' then 'looked after'
        when 'CINO at 31 March' then 'in need'
        when 'CPPO at 31 March' then 'on a protection plan'
    end as breakdown,
    area_code, any_value(area_name) as area_name, any_value(area_level) as area_level, null as area_vintage, period,
    any_value(period_start) as period_start, any_value(period_end) as period_end,
    max(value) filter (where measure = 'expected_standard') as value,
    null as numerator,
    max(value) filter (where measure = 'eligible_pupils') as denominator,
    max(status) filter (where measure = 'expected_standard') as status,
    max(marker) filter (where measure = 'expected_standard') as marker
from dfe.looked_after_key_stage_2
where subject = 'reading_writing_mathematics'
group by social_care_group, area_code, period
