-- One row per older vintage in which cells are withheld that the publisher has suppressed since.
-- Example: select * from meta.withheld where dataset = 'dfe.ks4_performance';
create table meta.withheld (dataset varchar, vintage varchar, cells bigint, primary key (dataset, vintage));
comment on table meta.withheld is 'Figures of older vintages that the publisher has suppressed since, and that are shown no more: how many, per vintage.';
comment on column meta.withheld.dataset is 'The dataset (meta.datasets).';
comment on column meta.withheld.vintage is 'The older vintage (meta.vintages).';
comment on column meta.withheld.cells is 'How many rows show status withheld and no figure.';
