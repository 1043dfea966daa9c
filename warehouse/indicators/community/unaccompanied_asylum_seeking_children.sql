-- title: Unaccompanied asylum-seeking children looked after
-- meaning: Unaccompanied asylum-seeking children looked after by the authority on 31 March.
-- unit: children
-- better: neither
-- levels: local_authority, region, country
-- sources: dfe.local_authority_measures
-- informs: connect, demographics
-- interval: none
-- decimals: 0
-- caveat: From the department's Local Authority Interactive Tool, which takes over figures from several releases; the school year is named
--   by its end.

select
    'all' as breakdown,
    area_code, area_name, area_level, null as area_vintage, period, period_start, period_end, value, status, marker
from dfe.local_authority_measures
where measure = 'Unacc_Asylmn_Seek_Childn' and period_end is not null
