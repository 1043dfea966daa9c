-- Subnational indicators of August 2022. Grain: one row per area and indicator.
-- Example: E08000025, gva_per_hour, 2020 -> 32.12 pounds.
with kept (printed, measure, unit) as (
    values
        ('Gross Value Added (GVA) per hour worked', 'gva_per_hour', 'pounds'),
        ('Gross Disposable Household Income (GDHI), per head', 'household_income_per_head', 'pounds'),
        ('Median Weekly Pay', 'median_weekly_pay', 'pounds'),
        ('Employment rate (16–64-year olds)', 'employment_rate', 'percent'),
        ('Proportion of the population aged 16 - 64 with level 3+ qualifications', 'level_3_or_above', 'percent'),
        ('Percentage of schools rated good or outstanding by Ofsted', 'schools_good_or_outstanding', 'percent'),
        ('Female Healthy Life Expectancy (HLE)', 'healthy_life_expectancy_female', 'years'),
        ('Male Healthy Life Expectancy (HLE)', 'healthy_life_expectancy_male', 'years'),
        ('Smoking prevalence of adults', 'smoking_adults', 'percent'),
        ('Obesity prevalence - adult', 'obesity_adults', 'percent'),
        ('Average life satisfaction ratings', 'life_satisfaction', 'score'),
        ('Average feeling that things done in life are worthwhile ratings', 'worthwhile', 'score'),
        ('Average happiness ratings', 'happiness', 'score'),
        ('Average anxiety ratings', 'anxiety', 'score'),
        ('Net additions to the housing stock', 'net_new_homes', 'homes')
)

select
    case when length(Period) = 6 then left(Period, 4) || '-' || right(Period, 2) else cast(single_year(Period) as varchar) end as period,
    make_date(single_year(left(Period, 4)), 1, 1) as period_start,
    make_date(if(length(Period) = 6, single_year('20' || right(Period, 2)), single_year(Period)), 12, 31) as period_end,
    gss_code(AREACD) as area_code,
    cell_text(AREANM) as area_name,
    area_level(gss_code(AREACD)) as area_level,
    kept.measure as measure,
    number_of(Value) as value,
    marker_status(Value) as status,
    marker_of(Value) as marker,
    kept.unit as unit,
    edition,
    _part as source_part,
    _row as source_row
from raw join kept on raw.Indicator = kept.printed
-- Other kinds of area (ITL regions, health boards, police forces) have codes of their own.
where is_gss_code(AREACD) and area_level(gss_code(AREACD)) is not null
