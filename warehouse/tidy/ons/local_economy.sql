-- Output and income of local economies, by year. Grain: one row per period, area and indicator.
-- Example: period, area, indicator -> value.
select
    calendar_year_label(cast(year(period_start) as varchar)) as period,
    period_start, period_end, area_code, area_name, area_level,
    case indicator
        when 'gross-value-added-per-hour-worked' then 'gva_per_hour'
        when 'gross-value-added-per-filled-job' then 'gva_per_job'
        when 'gross-disposable-household-income-per-head' then 'household_income_per_head'
        when 'gross-domestic-product-per-head-current-market-price' then 'gdp_per_head'
    end as measure,
    value, status, marker, unit,
    source_part, source_row
from local_indicators('raw')
