import { sql } from 'drizzle-orm'
import type { Context } from '@/lib/access/scope'
import {
  countedNames,
  countedOfCube,
  cubeDimensions,
  dayTables,
  measureNames,
  measuresOfEvents,
  peopleOfIdentities,
  sumOfMeasures,
} from './tables'

/** How one rollup table compares with the events: rows that should be there and are not, or the other way round. */
export type TableDifference = { table: string; rows: number; missing: number; surplus: number }

/**
 * Compares every rollup of an organization with its events, in one snapshot, each table from events alone. Days that a marked hour touches are open and left out; how
 * many hours that are is answered too. Zero differences everywhere is what exactness means. Reads everything: for commands, not for pages.
 */
export async function verifyRollups(
  context: Context,
  orgId: number,
): Promise<{ events: number; openHours: number; differences: TableDifference[] }> {
  return context.db.transaction(
    async (transaction) => {
      const [organization] = await transaction.execute<{ generation: number; time_zone: string; from_day: string }>(sql`
        select generation, time_zone, to_char(events_from at time zone time_zone, 'YYYY-MM-DD') as from_day
        from organizations where org_id = ${orgId}`)
      if (!organization) return { events: 0, openHours: 0, differences: [] }
      const { generation } = organization
      const zone = sql`${organization.time_zone}::text`
      await transaction.execute(sql`drop table if exists expected_cube, open_days`)
      await transaction.execute(sql`
        create temp table open_days on commit drop as
        select distinct ((utc_hour + make_interval(mins => m)) at time zone ${zone})::date as day
        from dirty_hours, generate_series(0, 59) m where org_id = ${orgId}`)
      // Straight from events: the day is the event's own local day, the hour its own local hour.
      await transaction.execute(sql`
        create temp table expected_cube on commit drop as
        select date_trunc('hour', e.occurred_at, ${zone}) as hour, (e.occurred_at at time zone ${zone})::date as day,
          ${sql.raw(cubeDimensions.map((name) => `e.${name}`).join(', '))}, ${sql.raw(measuresOfEvents)}
        from usage_events e, organizations o
        where o.org_id = ${orgId} and e.org_id = ${orgId} and e.occurred_at >= o.events_from
          and (e.occurred_at at time zone ${zone})::date not in (select day from open_days)
        group by 1, 2, ${sql.raw(cubeDimensions.map((name) => `e.${name}`).join(', '))}`)
      const comparisons: { table: string; columns: string; expected: string; day: string }[] = [
        {
          table: 'usage_hours',
          columns: ['hour', 'day', ...cubeDimensions, ...measureNames].join(', '),
          expected: `select ${['hour', 'day', ...cubeDimensions, ...measureNames].join(', ')} from expected_cube`,
          day: 't.day',
        },
        {
          table: 'org_hours',
          columns: ['hour', 'day', ...measureNames].join(', '),
          expected: `select s.hour, min(s.day) as day, ${sumOfMeasures('s')} from expected_cube s group by s.hour`,
          day: 't.day',
        },
        ...dayTables.map(({ name, keys, isCounted }) => ({
          table: name,
          columns: [...keys, ...measureNames, ...(isCounted ? countedNames : [])].join(', '),
          expected: `select ${keys.map((key) => `s.${key}`).join(', ')}, ${sumOfMeasures('s')}${isCounted ? `, ${countedOfCube}` : ''}
            from (select c.*, p.person from expected_cube c
              left join (${peopleOfIdentities(String(orgId))}) p on p.identity_id = c.identity_id) s
            group by ${keys.map((key) => `s.${key}`).join(', ')}`,
          day: 't.day',
        })),
      ]
      const differences: TableDifference[] = []
      for (const { table, columns, expected, day } of comparisons) {
        const actual = `select ${columns} from ${table} t where t.org_id = ${orgId} and t.generation = ${generation}
          and ${day} >= '${organization.from_day}'::date and ${day} not in (select day from open_days)`
        const [difference] = await transaction.execute<{ rows: number; missing: number; surplus: number }>(
          sql.raw(`
          with expected as materialized (${expected}), actual as materialized (${actual})
          select (select count(*) from expected)::int as rows,
            (select count(*) from (table expected except all table actual) missing)::int as missing,
            (select count(*) from (table actual except all table expected) surplus)::int as surplus`),
        )
        differences.push({
          table,
          rows: difference?.rows ?? 0,
          missing: difference?.missing ?? 0,
          surplus: difference?.surplus ?? 0,
        })
      }
      const [months] = await transaction.execute<{ rows: number; missing: number; surplus: number }>(
        sql.raw(`
        with expected as materialized (
          select date_trunc('month', s.day)::date as month, s.identity_id, ${sumOfMeasures('s')}
          from (select day, identity_id, ${measureNames.join(', ')} from day_identities where org_id = ${orgId} and generation = ${generation}) s
          group by 1, 2
        ), actual as materialized (
          select month, identity_id, ${measureNames.join(', ')} from month_identities where org_id = ${orgId} and generation = ${generation}
        )
        select (select count(*) from expected)::int as rows,
          (select count(*) from (table expected except all table actual) missing)::int as missing,
          (select count(*) from (table actual except all table expected) surplus)::int as surplus`),
      )
      differences.push({
        table: 'month_identities',
        rows: months?.rows ?? 0,
        missing: months?.missing ?? 0,
        surplus: months?.surplus ?? 0,
      })
      const [counts] = await transaction.execute<{ events: number; open_hours: number }>(sql`
        select (select count(*) from usage_events where org_id = ${orgId})::float8 as events,
          (select count(distinct utc_hour) from dirty_hours where org_id = ${orgId})::int as open_hours`)
      return { events: counts?.events ?? 0, openHours: counts?.open_hours ?? 0, differences }
    },
    { isolationLevel: 'repeatable read' },
  )
}
