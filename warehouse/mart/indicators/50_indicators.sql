-- The indicators: what each means, its values, and where its series break. Filled from warehouse/indicators, one SQL file an indicator.
create table mart.indicators (
    indicator varchar primary key, theme varchar, title varchar, meaning varchar, unit varchar, better varchar, levels varchar,
        numerator varchar,
    denominator varchar, interval_method varchar, interval_meaning varchar, decimals integer, caveats varchar, principles varchar,
        challenges varchar,
    datasets varchar, vintages varchar, state varchar, reason varchar, rows bigint, areas bigint, first_period varchar,
        latest_period varchar,
    computed_with varchar
);
comment on table mart.indicators is 'Every indicator of the evidence base with its definition, and whether it could be computed here. Values: mart.indicator_values.';
comment on column mart.indicators.indicator is 'Its name; definition, level and boundaries are part of it where they matter.';
comment on column mart.indicators.theme is 'What it is about.';
comment on column mart.indicators.title is 'Its title.';
comment on column mart.indicators.meaning is 'What it measures, in one or two sentences.';
comment on column mart.indicators.unit is 'In what.';
comment on column mart.indicators.better is 'Which direction is better for the city: higher, lower or neither.';
comment on column mart.indicators.levels is 'Levels of area for which it can be computed.';
comment on column mart.indicators.numerator is 'What is counted, where it is a share or rate.';
comment on column mart.indicators.denominator is 'Out of what.';
comment on column mart.indicators.interval_method is 'How its 95 % interval comes about: none, wilson, byar or published.';
comment on column mart.indicators.interval_meaning is 'The same in words.';
comment on column mart.indicators.decimals is 'With how many decimals it is shown.';
comment on column mart.indicators.caveats is 'What to bear in mind.';
comment on column mart.indicators.principles is 'Guiding principles of the strategy that it informs (mart.strategy_aims).';
comment on column mart.indicators.challenges is 'Challenges of the strategy that it informs (mart.strategy_aims).';
comment on column mart.indicators.datasets is 'Datasets that it is computed from (meta.datasets).';
comment on column mart.indicators.vintages is 'The vintages of them that were in force (meta.vintages).';
comment on column mart.indicators.state is 'computed, not landed, empty or failed.';
comment on column mart.indicators.reason is 'Why there are no values; empty where there are.';
comment on column mart.indicators.rows is 'How many values it has.';
comment on column mart.indicators.areas is 'For how many areas.';
comment on column mart.indicators.first_period is 'Its first period.';
comment on column mart.indicators.latest_period is 'Its latest period.';
comment on column mart.indicators.computed_with is 'The file of SQL that computes it, within the project.';

create table mart.indicator_values (
    indicator varchar, breakdown varchar, area_code varchar, area_name varchar, area_level varchar, area_vintage varchar, period varchar,
    period_start date, period_end date, value double, numerator double, denominator double, unit varchar, lower_ci double, upper_ci double,
    interval_method varchar, status varchar, marker varchar, datasets varchar, vintages varchar
);
comment on table mart.indicator_values is 'Every value of every indicator: one row per indicator, breakdown, area, boundaries and period.';
comment on column mart.indicator_values.indicator is 'The indicator (mart.indicators).';
comment on column mart.indicator_values.breakdown is 'Of whom: all, or a group such as women or Secondary.';
comment on column mart.indicator_values.area_code is 'GSS code of the area.';
comment on column mart.indicator_values.area_name is 'Name of the area.';
comment on column mart.indicator_values.area_level is 'Kind of area.';
comment on column mart.indicator_values.area_vintage is 'Year of its boundaries, where the source says it.';
comment on column mart.indicator_values.period is 'The period as the publisher names it.';
comment on column mart.indicator_values.period_start is 'First day of the period.';
comment on column mart.indicator_values.period_end is 'Last day of the period.';
comment on column mart.indicator_values.value is 'The value, in `unit`; NULL where `status` says why.';
comment on column mart.indicator_values.numerator is 'What was counted, where known.';
comment on column mart.indicator_values.denominator is 'Out of how many, where known.';
comment on column mart.indicator_values.unit is 'In what.';
comment on column mart.indicator_values.lower_ci is 'Lower end of the 95 % interval.';
comment on column mart.indicator_values.upper_ci is 'Upper end of the 95 % interval.';
comment on column mart.indicator_values.interval_method is 'How the interval came about.';
comment on column mart.indicator_values.status is 'Why there is no plain value; empty where there is one.';
comment on column mart.indicator_values.marker is 'The publisher''s symbol in its place, as printed.';
comment on column mart.indicator_values.datasets is 'Datasets that it is computed from.';
comment on column mart.indicator_values.vintages is 'Their vintages in force.';

create table mart.breaks (indicator varchar, since date, reason varchar, primary key (indicator, since));
comment on table mart.breaks is 'Where a series breaks: no figure before `since` may be compared with one from then on.';
comment on column mart.breaks.indicator is 'The indicator (mart.indicators).';
comment on column mart.breaks.since is 'From which day on it is not what it was.';
comment on column mart.breaks.reason is 'Why.';

create table mart.strategy_figures (
    figure varchar primary key, number integer, theme varchar, section varchar, what_it_says varchar, area_name varchar,
        published_period varchar,
    published varchar, published_value double, published_unit varchar, published_comparator varchar, source_named varchar, verdict varchar,
        reason varchar,
    indicator varchar, breakdown varchar, area_code varchar, recomputed_period varchar, recomputed double, recomputed_text varchar,
        difference double,
    latest_period varchar, latest double, latest_text varchar, change_since double, comparable varchar, datasets varchar, nearest varchar
);
comment on table mart.strategy_figures is
'Each figure of the Community Cohesion Strategy (2018): as published, as the open data give it for the same area, period and definition, and as it stands now. A published figure is never replaced by ours.';
comment on column mart.strategy_figures.figure is 'Short name of the figure.';
comment on column mart.strategy_figures.number is 'Its place in our list.';
comment on column mart.strategy_figures.theme is 'What it is about.';
comment on column mart.strategy_figures.section is 'Where it stands in the strategy.';
comment on column mart.strategy_figures.what_it_says is 'What it says.';
comment on column mart.strategy_figures.area_name is 'Of which area.';
comment on column mart.strategy_figures.published_period is 'Of which period, as the strategy says or implies.';
comment on column mart.strategy_figures.published is 'The figure as printed, as text.';
comment on column mart.strategy_figures.published_value is 'The same as a number; NULL for a ranking.';
comment on column mart.strategy_figures.published_unit is 'In what.';
comment on column mart.strategy_figures.published_comparator is 'What the strategy sets beside it.';
comment on column mart.strategy_figures.source_named is 'The source that the strategy names.';
comment on column mart.strategy_figures.verdict is 'reproduced, near, differs, definition unclear, not open, or not landed (open data, but not in this home).';
comment on column mart.strategy_figures.reason is 'Why, in words.';
comment on column mart.strategy_figures.indicator is 'The indicator that stands for it (mart.indicators).';
comment on column mart.strategy_figures.breakdown is 'Of whom, within that indicator.';
comment on column mart.strategy_figures.area_code is 'GSS code of the area that was looked at.';
comment on column mart.strategy_figures.recomputed_period is 'The period of our figure.';
comment on column mart.strategy_figures.recomputed is 'Our figure for the same area and period, as near as the open data allow.';
comment on column mart.strategy_figures.recomputed_text is 'The same as people read it; for a ranking, the list.';
comment on column mart.strategy_figures.difference is 'Ours less the published one, in the published unit.';
comment on column mart.strategy_figures.latest_period is 'The latest period that we hold.';
comment on column mart.strategy_figures.latest is 'The figure as it stands there.';
comment on column mart.strategy_figures.latest_text is 'The same as people read it.';
comment on column mart.strategy_figures.change_since is 'Latest less recomputed, where the two may be compared.';
comment on column mart.strategy_figures.comparable is 'Empty where they may be compared; else why not.';
comment on column mart.strategy_figures.datasets is 'Datasets behind our figure.';
comment on column mart.strategy_figures.nearest is 'Where the data is not open or not held: what comes nearest.';
