-- Claimants of unemployment benefits, share of residents aged 16 to 64, by year. Grain: one row per period, area and indicator.
-- Example: 2019, E08000025, claimant_share -> 6.1 percent.
select
    calendar_year_label(cast(year(period_start) as varchar)) as period,
    period_start, period_end, area_code, area_name, area_level,
    case indicator
        when 'claimant-count' then 'claimant_share'
    end as measure,
    value, status, marker, unit,
    source_part, source_row
from local_indicators('raw')
