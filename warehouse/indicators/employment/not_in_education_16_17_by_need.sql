-- title: 16 and 17 year olds not in education, employment or training, or not known, by need
-- meaning: Share of residents aged 16 and 17 not in education, employment or training or of unknown activity, of all and of those with
--   special needs or in a vulnerable group.
-- unit: percent
-- better: lower
-- levels: local_authority, region, country
-- sources: dfe.young_people_not_in_education
-- informs: young_people, rights, disadvantaged_youth
-- interval: none
-- caveat: Averages of December to February.
-- caveat: Small groups: a few young people move them.

select
    case measure
        when 'not_in_education_or_not_known' then 'all'
        when 'not_in_education_or_not_known_with_plan' then 'with an education, health and care plan'
        when 'not_in_education_or_not_known_with_special_needs_support' then 'with special needs support'
        when 'not_in_education_or_not_known_vulnerable' then 'vulnerable'
    end as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from dfe.young_people_not_in_education
where measure like 'not_in_education_or_not_known%' and area_code is not null
