-- Places of Welcome and other community assets. Grain: one row per place.
select
    trim(name) as asset_name,
    lower(replace(trim(kind), ' ', '_')) as asset_kind,
    upper(trim(postcode)) as postcode,
    gss_code(ward_code) as ward_code,
    date_of(listed_on) as listed_on,
    _part as source_part,
    _row as source_row
from raw
