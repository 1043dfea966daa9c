-- Output and income of local economies, by year. Grain: one row per period, area and indicator.
-- Example: period, area, indicator -> value.
select
    calendar_year_label(cast(year(interval_start(period)) as varchar)) as period,
    interval_start(period) as period_start,
    interval_end(period) as period_end,
    gss_code(areacd) as area_code,
    areanm as area_name,
    area_level(gss_code(areacd)) as area_level,
    case indicator
        when 'gross-value-added-per-hour-worked' then 'gva_per_hour'
        when 'gross-value-added-per-filled-job' then 'gva_per_job'
        when 'gross-disposable-household-income-per-head' then 'household_income_per_head'
        when 'gross-domestic-product-per-head-current-market-price' then 'gdp_per_head'
    end as measure,
    number_of(value) as value,
    case when cell_text(value) is null then marker_status(status) end as status,
    case when cell_text(value) is null then marker_of(status) end as marker,
    case unit when '%' then 'percent' when '£' then 'pounds' when 'yrs' then 'years' when 'Score out of 10' then 'score' else lower(unit) end as unit,
    _part as source_part,
    _row as source_row
from raw
-- A remainder that lies in no area (K99999999) is no area.
where area_level(gss_code(areacd)) is not null
