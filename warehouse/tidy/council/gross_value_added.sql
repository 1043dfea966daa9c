-- Gross value added of all industries, wards. Grain: one row per year, ward and measure.
-- Example: a year, a ward of the home area -> its value.
select
    cast(year(date_of(date)) as varchar) as period,
    date_of(date) as period_start,
    gss_code(areaidentifier) as area_code,
    arealabel as area_name,
    area_level(gss_code(areaidentifier)) as area_level,
    'gross_value_added' as measure,
    number_of(value) as value,
    marker_status(value) as status,
    marker_of(value) as marker,
    'million pounds' as unit,
    _part as source_part,
    _row as source_row
from raw
