-- UK Business Counts. Grain: one row per year, area and size band.
-- Example: 2022, E08000025, Micro (0 to 9) -> 33330 enterprises.
select
    calendar_year_label(DATE) as period,
    make_date(single_year(DATE), 3, 1) as period_start,
    make_date(single_year(DATE), 3, 31) as period_end,
    gss_code(GEOGRAPHY_CODE) as area_code,
    GEOGRAPHY_NAME as area_name,
    area_level(gss_code(GEOGRAPHY_CODE)) as area_level,
    nomis_area_vintage(GEOGRAPHY_TYPE) as area_vintage,
    SIZE as size_band,
    case when SIZE = 'Total' then 'total' else 'band' end as size_band_kind,
    'enterprises' as measure,
    number_of(OBS_VALUE) as value,
    nomis_status(OBS_VALUE, OBS_STATUS_NAME) as status,
    case when OBS_VALUE is null then OBS_STATUS end as marker,
    'enterprises' as unit,
    _part as source_part,
    _row as source_row
from raw
