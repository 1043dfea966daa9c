-- Residents' survey. Grain: one row per wave, area, question, answer and group of respondents.
-- Example: a wave, the city, 'people from different backgrounds get on well together', agree, everyone -> a share.
with answers as (
    select
        *,
        number_of(replace(share, '%', '')) / 100 as part,
        number_of(base) as asked
    from raw
)

select
    replace(wave, '_', '-') as period,
    gss_code(area_code) as area_code,
    area_level(gss_code(area_code)) as area_level,
    question,
    answer,
    "group" as respondent_group,
    'share_of_answers' as measure,
    100 * part as value,
    asked as denominator,
    -- Wilson's interval at 95 %.
    100 * (part + 1.96 ^ 2 / (2 * asked) - 1.96 * sqrt(part * (1 - part) / asked + 1.96 ^ 2 / (4 * asked ^ 2))) / (1 + 1.96 ^ 2 / asked) as lower_ci,
    100 * (part + 1.96 ^ 2 / (2 * asked) + 1.96 * sqrt(part * (1 - part) / asked + 1.96 ^ 2 / (4 * asked ^ 2))) / (1 + 1.96 ^ 2 / asked) as upper_ci,
    marker_status(share) as status,
    marker_of(share) as marker,
    'percent' as unit,
    _part as source_part,
    _row as source_row
from answers
