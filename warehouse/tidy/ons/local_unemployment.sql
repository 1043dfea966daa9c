-- Modelled unemployment rate, local authorities, by year. Grain: one row per period, area and indicator.
-- Example: 2023, E08000025, unemployment_rate -> 7.2 percent (5.5 to 8.9).
select
    calendar_year_label(cast(year(interval_start(period)) as varchar)) as period,
    interval_start(period) as period_start,
    interval_end(period) as period_end,
    gss_code(areacd) as area_code,
    areanm as area_name,
    area_level(gss_code(areacd)) as area_level,
    case indicator
        when 'modelled-unemployment' then 'unemployment_rate'
    end as measure,
    number_of(value) as value,
    case when cell_text(value) is null then marker_status(status) end as status,
    case when cell_text(value) is null then marker_of(status) end as marker,
    case unit when '%' then 'percent' when '£' then 'pounds' when 'yrs' then 'years' when 'Score out of 10' then 'score' else lower(unit) end as unit,
    number_of(lci_95) as lower_ci,
    number_of(uci_95) as upper_ci,
    _part as source_part,
    _row as source_row
from raw
-- A remainder that lies in no area (K99999999) is no area.
where area_level(gss_code(areacd)) is not null
