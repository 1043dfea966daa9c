-- Measures by local authority. Grain: one row per period, area and measure.
-- Example: 2016, E08000025, AVG_Attain8_Score -> 49.4.
with dictionary as (
    -- A measure stands under several topics; what it is called and counted in is the same under all.
    select
        dictionary_measure,
        string_agg(distinct topic, '; ' order by topic) as topic,
        min(measure_printed) as measure_printed,
        min(polarity) as polarity,
        min(axis) as axis,
        min(year_type) as year_type
    from raw
    where dictionary_measure is not null
    group by dictionary_measure
),

measured as (
    select
        raw.* exclude (topic, measure_printed, polarity, axis, year_type),
        dictionary.topic,
        dictionary.measure_printed,
        dictionary.polarity,
        dictionary.axis,
        dictionary.year_type,
        regexp_extract(period, '^([0-9]{4})( [(].*[)])?$', 1) as one_year,
        -- Two years that follow one another; '2014-16' is three years together, and no day is said of it.
        case
            when (try_cast(left(period, 4) as integer) + 1) % 100 = try_cast(substr(period, 6, 2) as integer)
                then regexp_extract(period, '^([0-9]{4}[-/][0-9]{2})( [(].*[)])?$', 1)
            else ''
        end as two_years,
        -- In this tool the hyphen says that there is no figure, for whichever reason.
        map_concat(standard_markers(), map {'-': 'not_available'}) as meanings
    from raw
    left join dictionary on measure_code = dictionary.dictionary_measure
    where measure_code is not null
)

select
    period,
    case
        when two_years <> '' then if(year_type = 'Academic Year', academic_year_start(two_years), financial_year_start(two_years))
        when one_year = '' then null
        when year_type = 'Academic Year' then make_date(single_year(one_year) - 1, 9, 1)
        when year_type = 'Financial Year' then make_date(single_year(one_year) - 1, 4, 1)
        when year_type = 'Calendar Year' then calendar_year_start(one_year)
    end as period_start,
    case
        when two_years <> '' then if(year_type = 'Academic Year', academic_year_end(two_years), financial_year_end(two_years))
        when one_year = '' then null
        when year_type = 'Academic Year' then make_date(single_year(one_year), 8, 31)
        when year_type = 'Financial Year' then make_date(single_year(one_year), 3, 31)
        when year_type = 'Calendar Year' then calendar_year_end(one_year)
    end as period_end,
    dfe_area_code(area_number) as area_code,
    area_printed as area_name,
    case when area_number like '970%' then 'country' when left(area_number, 2) in ('98', '99') then 'region' else 'local_authority' end as area_level,
    left(area_number, 3) as area_dfe_code,
    measure_code as measure,
    coalesce(data_item, measure_printed) as measure_name,
    topic,
    nullif(nullif(polarity, '-'), 'NA') as better,
    year_type,
    number_of(printed) as value,
    marker_status(printed, meanings := meanings) as status,
    marker_of(printed) as marker,
    axis as unit,
    _part as source_part,
    _row as source_row
from measured
