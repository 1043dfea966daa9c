-- title: Economic inactivity by ethnic group and sex
-- meaning: Share of residents aged 16 and over who neither work nor look for work, of women and men who are White and who are not.
-- unit: percent
-- better: lower
-- levels: local_authority, county, combined_authority, region, country
-- sources: ons.ethnic_group_activity
-- informs: equality, inclusive_growth, gender, employment
-- numerator: Residents aged 16 and over who are economically inactive
-- denominator: Residents aged 16 and over
-- interval: none
-- caveat: Of 16 and over, the retired among them: higher than of working age, which the strategy prints.
-- caveat: The dataset behind it was never seen live; its first run proposes a contract, and a person accepts it.

with counted as (
    select
        sex || ', ' || if(ethnic_group like 'White%', 'White', 'not White') as breakdown, area_code, area_name, area_level, period,
            period_start, period_end,
        sum(value) filter (where not is_active) as numerator,
        sum(value) as denominator
    from ons.ethnic_group_activity
    group by all
)

select *, null as area_vintage
from counted
