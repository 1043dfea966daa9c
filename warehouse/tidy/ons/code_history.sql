-- Code History Database. Grain: one row per change of a code or name, and one per life of a code.
-- Never run on the publisher's own answer: columns are those that public code reads, and so are days, written as day, month, year or in ISO form.
-- Example: code, E08000020 (Gateshead) -> E08000037 (Gateshead), with the order of 2013.
select
    case
        when "table" = 'history' then 'area'
        when cell_text(GEOGCD_P) = cell_text(GEOGCD) then 'name'
        else 'code'
    end as kind,
    cell_text(ENTITYCD) as entity_code,
    cell_text(GEOGCD_P) as from_code,
    cell_text(GEOGNM_P) as from_name,
    cell_text(GEOGCD) as to_code,
    cell_text(GEOGNM) as to_name,
    date_of(OPER_DATE) as operative_date,
    date_of(TERM_DATE) as ended_date,
    -- 'live' and 'Live' both stand in editions.
    lower(cell_text(STATUS)) as status,
    cell_text(PARENTCD) as parent_code,
    cell_text(SI_ID) as statutory_instrument,
    cell_text(SI_TITLE) as statutory_instrument_title,
    _part as source_part,
    _row as source_row
from raw
-- A code that no other went before stands among the changes without an earlier one.
where "table" = 'history' or cell_text(GEOGCD_P) is not null
