-- Community Life Survey. Grain: one row per area and question.
select
    gss_code(area_code) as area_code,
    area_name,
    area_level(gss_code(area_code)) as area_level,
    question,
    'share_of_answers' as measure,
    number_of(replace(share, '%', '')) as value,
    number_of(lower) as lower_ci,
    number_of(upper) as upper_ci,
    number_of(base) as denominator,
    marker_status(share) as status,
    marker_of(share) as marker,
    'percent' as unit,
    _part as source_part,
    _row as source_row
from raw
