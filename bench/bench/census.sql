-- The generated table. Grain: one row per period, area, sex, age band, ethnic group and tenure.
select
    period, area_code, area_name, area_level, sex, age_band, ethnic_group, tenure,
    number_of(people) as value, marker_status(people) as status, number_of(share) as share,
    _part as source_part, _row as source_row
from raw
