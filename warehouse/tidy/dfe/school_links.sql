-- Links between schools. Grain: one row per establishment, linked establishment and kind of link.
-- Example: 103154 (closed) -> 142230, Successor.
select
    cell_text(school_code) as school_code,
    cell_text(linked_school_code) as linked_school_code,
    cell_text(linked_name) as linked_name,
    cell_text(link_type) as link_type,
    case when link_type ilike 'predecessor%' then 'predecessor' when link_type ilike 'successor%' then 'successor' end as direction,
    date_of(established) as established_date,
    _part as source_part,
    _row as source_row
from raw
