import { allNamesId } from '@/db/enums'
import {
  countedNames,
  countedOfCube,
  cubeDimensions,
  dayTables,
  measureNames,
  measuresOfEvents,
  peopleOfIdentities,
  replaceRows,
  sumOfMeasures,
} from './tables'

/** Takes marks: the hours whose marks this statement sees, oldest first, the current hour last. `$1` organization, `$2` how many, `$3` now. */
export const takeMarksSql = `
with chosen as (
  select utc_hour from dirty_hours where org_id = $1
  group by utc_hour
  order by utc_hour >= date_trunc('hour', $3::timestamptz, 'UTC'), utc_hour
  limit $2
),
taken as (
  delete from dirty_hours d using chosen c where d.org_id = $1 and d.utc_hour = c.utc_hour returning d.utc_hour
)
select distinct to_char(utc_hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as utc_hour from taken`

/**
 * The local hours that UTC hours overlap in a zone, as instants: minute by minute, since zones move by whole minutes. Those of sealed days are left
 * out. `$1` the UTC hours, `$2` the zone, `$3` the organization's `events_from`.
 */
export const overlappedHoursSql = `
select distinct to_char(date_trunc('hour', h + make_interval(mins => m), $2) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as hour
from unnest($1::timestamptz[]) h, generate_series(0, 59) m
where date_trunc('hour', h + make_interval(mins => m), $2) >= date_trunc('hour', $3::timestamptz, $2)`

const cubeKeys = ['hour', ...cubeDimensions]

/**
 * Recounts local hours from events, by the bucket's value and never by its span: where a zone moves by half an hour, spans overlap. Writes `usage_hours` and
 * answers who changed on which day. `$1` organization, `$2` generation, `$3` zone, `$4` the hours.
 */
export const recountHoursSql = `
with buckets as materialized (
  select hour, (hour at time zone $3)::date as day from unnest($4::timestamptz[]) as hour
),
fresh as materialized (
  select b.hour, b.day, ${cubeDimensions.map((name) => `e.${name}`).join(', ')}, ${measuresOfEvents}
  from buckets b
  join usage_events e on e.org_id = $1 and e.occurred_at >= b.hour and e.occurred_at < b.hour + interval '1 hour'
    and date_trunc('hour', e.occurred_at, $3) = b.hour
  group by b.hour, b.day, ${cubeDimensions.map((name) => `e.${name}`).join(', ')}
),
${replaceRows({
  table: 'usage_hours',
  keys: cubeKeys,
  values: ['day', ...measureNames],
  fresh: 'fresh',
  slice: 't.hour = any ($4::timestamptz[])',
  org: '$1::bigint',
  generation: '$2::integer',
  returning: 't.day, t.identity_id',
})}
select to_char(day, 'YYYY-MM-DD') as day, array_agg(identity_id)::text as identity_ids from (
  select day, identity_id from usage_hours_gone union select day, identity_id from usage_hours_put
) touched group by day`

/** Rebuilds the organization's hours from the cube. `$1` organization, `$2` generation, `$3` the hours. */
export const rebuildOrgHoursSql = `
with fresh as materialized (
  select h.hour, min(h.day) as day, ${sumOfMeasures('h')}
  from usage_hours h where h.org_id = $1 and h.generation = $2 and h.hour = any ($3::timestamptz[])
  group by h.hour
),
${replaceRows({
  table: 'org_hours',
  keys: ['hour'],
  values: ['day', ...measureNames],
  fresh: 'fresh',
  slice: 't.hour = any ($3::timestamptz[])',
  org: '$1::bigint',
  generation: '$2::integer',
})}
select 1`

/**
 * Rebuilds every table by day from the cube: all of a touched day, and of a touched identity's day where an identity is part of the key. `$1` organization,
 * `$2` generation, `$3` zone, `$4` the touched days, `$5` and `$6` the touched days and identities, pairwise.
 */
export const rebuildDaysSql = `
with touched as materialized (select distinct * from unnest($5::date[], $6::integer[]) as t(day, identity_id)),
people as materialized (${peopleOfIdentities('$1::bigint')}),
slice as materialized (
  select h.day, ${cubeDimensions
    .filter((name) => name !== 'settles')
    .map((name) => `h.${name}`)
    .join(', ')}, ${measureNames.map((name) => `h.${name}`).join(', ')}, p.person
  from unnest($4::date[]) as d(day)
  join usage_hours h on h.org_id = $1 and h.generation = $2 and h.day = d.day
    and h.hour >= (d.day::timestamp at time zone $3) - interval '3 hours'
    and h.hour < ((d.day + 1)::timestamp at time zone $3) + interval '3 hours'
  left join people p on p.identity_id = h.identity_id
),
${dayTables
  .map(({ name, keys, isCounted }) => {
    const isByIdentity = keys.includes('identity_id')
    const values = [...measureNames, ...(isCounted ? countedNames : [])]
    return `${name}_fresh as materialized (
  select ${keys.map((key) => `s.${key}`).join(', ')}, ${sumOfMeasures('s')}${isCounted ? `, ${countedOfCube}` : ''}
  from slice s ${isByIdentity ? 'join touched using (day, identity_id)' : ''}
  group by ${keys.map((key) => `s.${key}`).join(', ')}
),
${replaceRows({
  table: name,
  keys,
  values,
  fresh: `${name}_fresh`,
  slice: isByIdentity ? '(t.day, t.identity_id) in (select day, identity_id from touched)' : 't.day = any ($4::date[])',
  org: '$1::bigint',
  generation: '$2::integer',
})}`
  })
  .join(',\n')}
select 1`

/** Rebuilds the months of touched identities from their days. `$1` organization, `$2` generation, `$3` and `$4` touched days and identities, pairwise. */
export const rebuildMonthsSql = `
with touched as materialized (
  select distinct date_trunc('month', t.day)::date as month, t.identity_id from unnest($3::date[], $4::integer[]) as t(day, identity_id)
),
fresh as materialized (
  select touched.month, touched.identity_id, ${sumOfMeasures('d')}
  from touched
  join day_identities d on d.org_id = $1 and d.generation = $2 and d.identity_id = touched.identity_id
    and d.day >= touched.month and d.day < touched.month + interval '1 month'
  group by touched.month, touched.identity_id
),
${replaceRows({
  table: 'month_identities',
  keys: ['month', 'identity_id'],
  values: measureNames,
  fresh: 'fresh',
  slice: '(t.month, t.identity_id) in (select month, identity_id from touched)',
  org: '$1::bigint',
  generation: '$2::integer',
})}
select 1`

/** Passes the hours on to those who count UTC days and settle hours, in the transaction that counted them. `$1` organization, `$2` the UTC hours. */
export const passMarksOnSql = `
with days as (
  insert into dirty_days (org_id, utc_day)
  select distinct $1::bigint, (h at time zone 'UTC')::date from unnest($2::timestamptz[]) h
  on conflict do nothing
)
insert into unsettled_hours (org_id, utc_hour)
select distinct $1::bigint, h from unnest($2::timestamptz[]) h
on conflict do nothing`

/** Rebuilds who was active on UTC days, from events. `$1` organization, `$2` the days. */
export const rebuildActiveDaysSql = `
with fresh as materialized (
  select d.day as utc_day, e.client_id, e.tier_id, e.language_id, identity_bits(array_agg(distinct e.identity_id)) as identities
  from unnest($2::date[]) as d(day)
  join usage_events e on e.org_id = $1
    and e.occurred_at >= d.day::timestamp at time zone 'UTC' and e.occurred_at < (d.day + 1)::timestamp at time zone 'UTC'
    and e.outcome = 1 and e.identity_id > 0
  group by 1, 2, 3, 4
),
gone as (
  delete from active_days t where t.org_id = $1 and t.utc_day = any ($2::date[])
    and (t.utc_day, t.client_id, t.tier_id, t.language_id) not in (select utc_day, client_id, tier_id, language_id from fresh)
)
insert into active_days as t (org_id, utc_day, client_id, tier_id, language_id, identities)
select $1::bigint, utc_day, client_id, tier_id, language_id, identities from fresh
on conflict (org_id, utc_day, client_id, tier_id, language_id) do update set identities = excluded.identities
where t.identities is distinct from excluded.identities`

/**
 * Counts the distinct people of the 1, 7 and 30 UTC days that end with each day, for every client, tier and language and over all of them (−1). A person
 * with several identities is one: from the bits, those beyond a person's first are taken off. `$1` organization, `$2` the days.
 */
export const countActiveUsersSql = `
with sized as materialized (select coalesce(max(identity_id), 0) + 1 as bits from identities where org_id = $1),
several as materialized (
  select person_id, identity_id from identities where org_id = $1 and person_id in (
    select person_id from identities where org_id = $1 and person_id is not null group by person_id having count(*) > 1
  )
),
united as materialized (
  select d.day as utc_day, w.days as window_days,
    case when grouping(a.client_id) = 1 then ${allNamesId} else a.client_id end as client_id,
    case when grouping(a.tier_id) = 1 then ${allNamesId} else a.tier_id end as tier_id,
    case when grouping(a.language_id) = 1 then ${allNamesId} else a.language_id end as language_id,
    bit_or(pad_bits(a.identities, sized.bits)) as identities
  from unnest($2::date[]) as d(day)
  cross join (values (1), (7), (30)) as w(days)
  cross join sized
  left join active_days a on a.org_id = $1 and a.utc_day > d.day - w.days and a.utc_day <= d.day
  group by d.day, w.days, cube (a.client_id, a.tier_id, a.language_id)
  having (grouping(a.client_id) = 1 or a.client_id is not null)
    and (grouping(a.tier_id) = 1 or a.tier_id is not null)
    and (grouping(a.language_id) = 1 or a.language_id is not null)
),
fresh as materialized (
  select u.utc_day, u.window_days, u.client_id, u.tier_id, u.language_id,
    coalesce(bit_count(u.identities), 0) - coalesce((
      select sum(bits - 1) from (
        select count(*) as bits from several s where get_bit(u.identities, s.identity_id) = 1 group by s.person_id
      ) folded
    ), 0) as users
  from united u
),
gone as (
  delete from active_counts t where t.org_id = $1 and t.utc_day = any ($2::date[])
    and (t.utc_day, t.window_days, t.client_id, t.tier_id, t.language_id)
      not in (select utc_day, window_days, client_id, tier_id, language_id from fresh)
)
insert into active_counts as t (org_id, utc_day, window_days, client_id, tier_id, language_id, users)
select $1::bigint, utc_day, window_days, client_id, tier_id, language_id, users from fresh
on conflict (org_id, utc_day, window_days, client_id, tier_id, language_id) do update set users = excluded.users
where t.users is distinct from excluded.users`
