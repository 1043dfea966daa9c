-- Employment and economic inactivity of people aged 16 to 64, local areas, by year. Grain: one row per period, area and indicator.
-- Example: 2018, E08000025, employment_rate -> 65.3 percent (62.8 to 67.8).
select
    calendar_year_label(cast(year(interval_start(period)) as varchar)) as period,
    interval_start(period) as period_start,
    interval_end(period) as period_end,
    gss_code(areacd) as area_code,
    areanm as area_name,
    area_level(gss_code(areacd)) as area_level,
    case indicator
        when 'employment-rate' then 'employment_rate'
        when 'economic-inactivity-rate' then 'economic_inactivity_rate'
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
