-- One row per licence and attribution.
-- Example: select attribution from meta.licences where list_contains(datasets, 'ons.population');
create table meta.licences (licence varchar, attribution varchar, datasets varchar[], primary key (licence, attribution));
comment on table meta.licences is 'The licences under which the datasets are given, and the words to print: one row per licence and attribution.';
comment on column meta.licences.licence is 'The licence.';
comment on column meta.licences.attribution is 'The words to print with anything made from these datasets.';
comment on column meta.licences.datasets is 'The datasets under it.';
