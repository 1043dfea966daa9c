-- Official lookups between areas. Grain: one row per lookup, area and area that it belongs to.
-- Example: lsoa21_wd22, E01008881 -> E05011186 by best fit.
with pairs(lookup, from_level, from_vintage, from_code, from_name, to_level, to_vintage, to_code, to_name, method, mark, source_part, source_row) as (
    select query, 'lsoa', '2011', LSOA11CD, LSOA11NM, 'lsoa', '2021', LSOA21CD, LSOA21NM, 'exact', CHGIND, _part, _row
    from raw where query = 'lsoa11_lsoa21_exact'
    union all
    select query, 'lsoa', '2011', LSOA11CD, LSOA11NM, 'lsoa', '2021', LSOA21CD, LSOA21NM, 'best_fit', null, _part, _row
    from raw where query = 'lsoa11_lsoa21_best_fit'
    union all
    select query, 'msoa', '2011', MSOA11CD, MSOA11NM, 'msoa', '2021', MSOA21CD, MSOA21NM, 'exact', CHGIND, _part, _row
    from raw where query = 'msoa11_msoa21_exact'
    union all
    select 'oa11_lsoa11', 'oa', '2011', OA11CD, null, 'lsoa', '2011', LSOA11CD, LSOA11NM, 'exact', null, _part, _row
    from raw where query = 'oa11_lsoa11_msoa11'
    union all
    -- One row per LSOA, from its first output area.
    select 'lsoa11_msoa11', 'lsoa', '2011', LSOA11CD, min(LSOA11NM), 'msoa', '2011', MSOA11CD, min(MSOA11NM), 'exact', null, arg_min(_part, OA11CD), arg_min(_row, OA11CD)
    from raw where query = 'oa11_lsoa11_msoa11' group by LSOA11CD, MSOA11CD
    union all
    select query, 'lsoa', '2011', LSOA11CD, LSOA11NM, 'ward', '2017', WD17CD, WD17NM, 'best_fit', null, _part, _row
    from raw where query = 'lsoa11_wd17'
    union all
    select query, 'lsoa', '2011', LSOA11CD, LSOA11NM, 'ward', '2021', WD21CD, WD21NM, 'best_fit', null, _part, _row
    from raw where query = 'lsoa11_wd21'
    union all
    select query, 'lsoa', '2021', LSOA21CD, LSOA21NM, 'ward', '2022', WD22CD, WD22NM, 'best_fit', null, _part, _row
    from raw where query = 'lsoa21_wd22'
    union all
    select query, 'local_authority', '2022', LAD22CD, LAD22NM, 'region', '2022', RGN22CD, RGN22NM, 'exact', null, _part, _row
    from raw where query = 'lad22_rgn22'
    union all
    select query, 'ward', '2022', WD22CD, WD22NM, 'local_authority', '2022', LAD22CD, LAD22NM, 'exact', null, _part, _row
    from raw where query = 'wd22_lad22'
    union all
    select query, 'local_authority', '2022', LAD22CD, LAD22NM, 'combined_authority', '2022', CAUTH22CD, CAUTH22NM, 'exact', null, _part, _row
    from raw where query = 'lad22_cauth22'
    union all
    select query, 'local_authority', '2024', LAD24CD, LAD24NM, 'combined_authority', '2024', CAUTH24CD, CAUTH24NM, 'exact', null, _part, _row
    from raw where query = 'lad24_cauth24'
    union all
    select query, 'local_authority', '2025', LAD25CD, LAD25NM, 'combined_authority', '2025', CAUTH25CD, CAUTH25NM, 'exact', null, _part, _row
    from raw where query = 'lad25_cauth25'
    union all
    select query, 'local_authority', '2022', LTLA22CD, LTLA22NM, 'upper_tier_authority', '2022', UTLA22CD, UTLA22NM, 'exact', null, _part, _row
    from raw where query = 'ltla22_utla22'
    union all
    select query, 'local_authority', '2011', LAD11CD, LAD11NM, 'local_authority', '2021', LAD21CD, LAD21NM, 'exact', null, _part, _row
    from raw where query = 'lad11_lad21'
)

select
    lookup,
    from_level,
    from_vintage,
    gss_code(from_code) as from_code,
    from_name,
    to_level,
    to_vintage,
    gss_code(to_code) as to_code,
    to_name,
    method,
    case mark when 'U' then 'unchanged' when 'S' then 'split' when 'M' then 'merged' when 'X' then 'irregular' else mark end as change,
    source_part,
    source_row
from pairs
