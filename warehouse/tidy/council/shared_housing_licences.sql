-- Licensed houses in multiple occupation. Grain: one row per day of the count and ward.
select
    cast(date_of(date) as varchar) as period,
    gss_code(ward_code) as area_code,
    ward as area_name,
    area_level(gss_code(ward_code)) as area_level,
    'licensed_shared_houses' as measure,
    number_of(licences) as value,
    marker_status(licences) as status,
    marker_of(licences) as marker,
    'houses' as unit,
    _part as source_part,
    _row as source_row
from raw
