-- Dwelling stock. Grain: one row per year, authority and owner.
-- Never run on the publisher's own file: the columns are as documented.
with measured as (
    unpivot raw on local_authority, registered_provider, other_public, private, all_dwellings into name measure value printed
)

select
    left(updated, 4) as period,
    make_date(single_year(left(updated, 4)), 3, 31) as period_start,
    make_date(single_year(left(updated, 4)), 3, 31) as period_end,
    gss_code(area_code) as area_code,
    trim(area_name) as area_name,
    area_level(gss_code(area_code)) as area_level,
    measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    'dwellings' as unit,
    _part as source_part,
    _row as source_row
from measured
where is_gss_code(area_code)
