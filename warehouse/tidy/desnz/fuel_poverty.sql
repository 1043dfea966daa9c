-- Fuel poverty. Grain: one row per year, LSOA and measure.
-- Never run on the publisher's own file: the columns are as documented.
with measured as (
    unpivot raw on households, fuel_poor_households, fuel_poor_percent into name measure value printed
)

select
    regexp_extract(link, '(20[0-9]{2})', 1) as period,
    gss_code(lsoa_code) as area_code,
    lsoa_name as area_name,
    'lsoa' as area_level,
    gss_code(district_code) as district_code,
    district_name,
    measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    if(measure = 'fuel_poor_percent', 'percent', 'households') as unit,
    _part as source_part,
    _row as source_row
from measured
where is_gss_code(lsoa_code)
