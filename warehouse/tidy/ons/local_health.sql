-- Healthy life expectancy at birth, women and men, local areas, three years together. Grain: one row per period, area and indicator.
-- Example: period, area, indicator -> value.
select
    format('{:04d}-{:04d}', year(interval_start(period)), year(interval_end(period))) as period,
    interval_start(period) as period_start,
    interval_end(period) as period_end,
    gss_code(areacd) as area_code,
    areanm as area_name,
    area_level(gss_code(areacd)) as area_level,
    case indicator
        when 'healthy-life-expectancy-female' then 'healthy_life_expectancy_female'
        when 'healthy-life-expectancy-male' then 'healthy_life_expectancy_male'
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
