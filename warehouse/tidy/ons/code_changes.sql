-- Codes of areas that were given up. Grain: one row per earlier and later year, earlier code and later code.
-- Example: 2011 to 2021, E01009121 (Birmingham 014A) -> E01034913 (Birmingham 014F), split.
with pairs(area_level, from_vintage, to_vintage, from_code, from_name, to_code, to_name, mark, authority_code, authority_name, evidence, source_part, source_row) as (
    select 'lsoa', '2011', '2021', LSOA11CD, LSOA11NM, LSOA21CD, LSOA21NM, CHGIND, LAD22CD, LAD22NM, 'official lookup', _part, _row
    from raw where query = 'lsoa11_lsoa21'
    union all
    select 'msoa', '2011', '2021', MSOA11CD, MSOA11NM, MSOA21CD, MSOA21NM, CHGIND, LAD22CD, LAD22NM, 'official lookup', _part, _row
    from raw where query = 'msoa11_msoa21'
    union all
    select 'local_authority', '2011', '2021', LAD11CD, LAD11NM, LAD21CD, LAD21NM, null, null, null, 'official lookup', _part, _row
    from raw where query = 'lad11_lad21'
    union all
    -- One name under two codes in the lookups of two years, and neither code in the other's.
    select 'local_authority', '2024', '2025', gone.LAD24CD, gone.LAD24NM, come.LAD25CD, come.LAD25NM, null, null, null, 'same name', come._part, come._row
    from raw as gone
    join raw as come on come.query = 'lad25' and come.LAD25NM = gone.LAD24NM and come.LAD25CD <> gone.LAD24CD
    where gone.query = 'lad24'
        and gone.LAD24CD not in (select LAD25CD from raw where query = 'lad25')
        and come.LAD25CD not in (select LAD24CD from raw where query = 'lad24')
)

select
    left(gss_code(from_code), 3) as entity_code,
    area_level,
    from_vintage,
    to_vintage,
    gss_code(from_code) as from_code,
    from_name,
    gss_code(to_code) as to_code,
    to_name,
    case
        when mark = 'S' then 'split'
        when mark = 'M' then 'merged'
        when mark = 'X' then 'irregular'
        when mark is not null then mark
        when count(*) over (partition by area_level, to_vintage, to_code) > 1 then 'merged'
        when count(*) over (partition by area_level, to_vintage, from_code) > 1 then 'split'
        else 'recoded'
    end as change,
    gss_code(authority_code) as authority_code,
    authority_name,
    evidence,
    source_part,
    source_row
from pairs
