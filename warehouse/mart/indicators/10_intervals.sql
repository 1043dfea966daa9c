-- 95 % intervals by the standard methods of public statistics, as macros that analysts can use too.
-- Sources: Wilson (1927) and Byar's method as set out in "Technical guide: confidence intervals" (Public Health England, Fingertips), with
-- exact Poisson limits below 10 events. Numbers are written with an exponent so that DuckDB takes them as floating point; z = 1.959964,
-- the 97.5 % point of the normal distribution.

-- Wilson score interval of a proportion: `events` of `total`. NULL where total is 0 or events lie outside 0..total.
-- Example: mart.wilson_lower(65, 100) -> 0.5525;  mart.wilson_upper(65, 100) -> 0.7364
create macro mart.wilson_lower(events, total) as
    case when total > 0 and events between 0 and total then
        greatest(
            0.0,
            (2 * events + 3.8414588206941254e0 - 1.959963984540054e0 * sqrt(3.8414588206941254e0 + 4 * events * (1 - events / total)))
            / (2 * (total + 3.8414588206941254e0))
        )
    end;
create macro mart.wilson_upper(events, total) as
    case when total > 0 and events between 0 and total then
        least(
            1.0,
            (2 * events + 3.8414588206941254e0 + 1.959963984540054e0 * sqrt(3.8414588206941254e0 + 4 * events * (1 - events / total)))
            / (2 * (total + 3.8414588206941254e0))
        )
    end;

-- Byar's interval of a count; below 10 the exact limits (half the 2.5 % and 97.5 % points of chi-squared with 2n and 2n + 2 degrees of
-- freedom).
-- Example: mart.byar_lower(65) -> 50.16;  mart.byar_upper(65) -> 82.85;  mart.byar_lower(3) -> 0.6187
create macro mart.byar_lower(events) as
    case
        when events < 0 then null
        when events < 10 and events = floor(events)
            then [0.0, 0.0253178, 0.2422093, 0.6186721, 1.0898654, 1.6234864, 2.2018943, 2.8143631, 3.4538322,
                4.1153731][cast(events as integer) + 1]
        else events * power(1 - 1 / (9 * events) - 1.959963984540054e0 / (3 * sqrt(events)), 3)
    end;
create macro mart.byar_upper(events) as
    case
        when events < 0 then null
        when events < 10 and events = floor(events)
            then [3.6888795, 5.5716434, 7.2246877, 8.7672731, 10.2415887, 11.6683321, 13.0594740, 14.4226754, 15.7631892,
                17.0848035][cast(events as integer) + 1]
        else (events + 1) * power(1 - 1 / (9 * (events + 1)) + 1.959963984540054e0 / (3 * sqrt(events + 1)), 3)
    end;

comment on macro mart.wilson_lower is 'Lower end of the 95 % Wilson score interval of a proportion: mart.wilson_lower(65, 100) is 0.5525. NULL outside 0..total.';
comment on macro mart.wilson_upper is 'Upper end of the 95 % Wilson score interval of a proportion: mart.wilson_upper(65, 100) is 0.7364. NULL outside 0..total.';
comment on macro mart.byar_lower is 'Lower end of the 95 % interval of a count by Byar''s method; exact Poisson limits for whole counts below 10.';
comment on macro mart.byar_upper is 'Upper end of the 95 % interval of a count by Byar''s method; exact Poisson limits for whole counts below 10.';
