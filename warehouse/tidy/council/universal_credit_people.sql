-- People on Universal Credit, wards. Grain: one row per month, ward and measure.
-- Never run on the portal's own answer: columns are those that public code reads.
select
    strftime(date_of(date), '%Y-%m') as period,
    cast(date_trunc('month', date_of(date)) as date) as period_start,
    last_day(date_of(date)) as period_end,
    gss_code(areaidentifier) as area_code,
    arealabel as area_name,
    area_level(gss_code(areaidentifier)) as area_level,
    'people_on_universal_credit' as measure,
    number_of(value) as value,
    marker_status(value) as status,
    marker_of(value) as marker,
    'people' as unit,
    _part as source_part,
    _row as source_row
from raw
