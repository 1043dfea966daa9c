-- title: Persistent absence from school
-- meaning: Share of pupils who missed a tenth or more of their possible sessions in a school year.
-- unit: percent
-- better: lower
-- levels: local_authority, region, country
-- sources: dfe.local_authority_measures
-- informs: young_people, education, disadvantaged_youth
-- interval: none
-- decimals: 1
-- caveat: From the department's Local Authority Interactive Tool, which takes over figures from several releases; the school year is named
--   by its end.
-- break: 2019-09-01 schools were closed to most pupils for parts of 2020 and 2021
-- break: 2021-09-01 schools were open again to all pupils

select
    case measure when 'TotPerAbNew' then 'all' when 'SFPriPerAbNew' then 'Primary' when 'SFSecPerAbNew' then 'Secondary' end as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from dfe.local_authority_measures
where measure in ('TotPerAbNew', 'SFPriPerAbNew', 'SFSecPerAbNew') and period_end is not null
