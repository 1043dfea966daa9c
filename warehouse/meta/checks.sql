-- One row per rule that was checked in each run of meta.runs.
-- Example: select dataset, rule, success from meta.checks where not success;
create table meta.checks (
    run varchar, dataset varchar, position integer, rule varchar, sentence varchar, severity varchar, success boolean, detail varchar,
    primary key (run, dataset, position)
);
comment on table meta.checks is 'The rules of each declaration and whether they held: one row per rule and run.';
comment on column meta.checks.run is 'The run (meta.runs).';
comment on column meta.checks.dataset is 'The dataset (meta.datasets).';
comment on column meta.checks.position is 'The place of the rule in the declaration, from 1.';
comment on column meta.checks.rule is 'The Great Expectations name of the rule.';
comment on column meta.checks.sentence is 'The rule in words.';
comment on column meta.checks.severity is 'What follows where it does not hold: critical stops the landing.';
comment on column meta.checks.success is 'Whether it held.';
comment on column meta.checks.detail is 'Everything that was recorded of it, as JSON.';
