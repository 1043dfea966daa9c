-- English Indices of Deprivation, summaries of local authorities. Grain: one row per edition, authority, domain and measure.
-- Example: 2015, E08000025, imd, rank_of_average_score -> 7.
with measured as (
    unpivot raw
    on average_rank, rank_of_average_rank, average_score, rank_of_average_score, share_most_deprived, rank_of_share_most_deprived,
        extent, rank_of_extent, local_concentration, rank_of_local_concentration, scale, rank_of_scale
    into name measure value printed
)

select
    edition as period,
    gss_code(area_code) as area_code,
    area_name,
    'local_authority' as area_level,
    '2013' as area_vintage,
    domain,
    measure,
    number_of(printed) as value,
    marker_status(printed) as status,
    marker_of(printed) as marker,
    case
        when measure like '%rank%' or measure = 'local_concentration' then 'rank'
        when measure = 'average_score' then 'score'
        when measure = 'scale' then 'people'
        else 'share'
    end as unit,
    _part as source_part,
    _row as source_row
from measured
