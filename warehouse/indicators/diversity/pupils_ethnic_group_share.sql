-- title: Pupils by ethnic group
-- meaning: Share of pupils in state-funded schools in each ethnic group of the school census.
-- unit: percent
-- better: neither
-- levels: local_authority, region, country
-- sources: dfe.pupils_ethnicity_language
-- informs: young_people, demographics
-- numerator: Pupils of the group
-- denominator: All pupils of state-funded schools
-- interval: wilson
-- caveat: Until 2016/17 most children under five are left out.
-- break: 2017-09-01 nurseries and the youngest in primary schools came into the count; shares moved with it

with everyone as (
    from dfe.pupils_ethnicity_language
    where measure = 'pupils' and school_type = 'Total' and characteristic = 'all'
)

select
    part.category as breakdown, part.area_code, part.area_name, part.area_level, null as area_vintage, part.period, part.period_start,
        part.period_end,
    part.value as numerator, everyone.value as denominator, part.status, part.marker
from dfe.pupils_ethnicity_language as part
join everyone using (area_code, period)
where part.measure = 'pupils' and part.school_type = 'Total' and part.characteristic = 'ethnicity'
