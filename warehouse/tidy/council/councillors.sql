-- Councillors. Grain: one row per election, ward and councillor.
select
    elected as period,
    gss_code(ward_code) as ward_code,
    trim(name) as councillor_name,
    trim(party) as party_name,
    case lower(coalesce(cell_text(sex), '')) when 'f' then 'female' when 'female' then 'female' when 'm' then 'male' when 'male' then 'male' when '' then 'not_stated' else 'other' end as sex,
    _part as source_part,
    _row as source_row
from raw
