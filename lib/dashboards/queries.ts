import { sql } from 'drizzle-orm'
import type { SQL } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import { nameKinds, otherNameId, sealedGeneration } from '@/db/enums'
import { narrow } from '@/lib/access/scope'
import type { Scope } from '@/lib/access/scope'
import { assert } from '@/lib/errors'
import { addDays, startOfMonth } from '@/lib/time'
import { noMeasures, spendNanos } from '@/lib/usage/measures'
import type { Measures } from '@/lib/usage/measures'
import { bucketsOf, chartSeries, trendOf } from './buckets'
import type { Grain } from './buckets'
import type {
  BreakdownReport,
  CardsReport,
  ChartReport,
  DayRange,
  DayRow,
  Freshness,
  Metric,
  ModelDayRow,
  PeopleReport,
  PersonRow,
  ProjectRow,
  UsageReport,
  UsageRows,
} from './report'
import { grainOf, openedRow, parseSelection, previousCut } from './selection'
import type { OpenedRow, UsageSelection } from './selection'

/** How many days a page of a table holds. */
const daysPerPage = { day: 31, model: 7 } as const

/** How many projects the table lists; the rest is in the sums of the cards. */
const projectsMax = 500

/** How many rows a breakdown lists. */
const breakdownRows = 5

/** How many series a chart stacks, *Other* included: as many as there are colors. */
const seriesMax = 6

/**
 * Whose usage a page shows: everyone's, or one person's own. It is made from a scope that may see it, and every query below starts from it, so that no
 * component decides who sees what.
 */
export type UsageView =
  { kind: 'organization'; scope: Scope<'usage:read'> } | { kind: 'mine'; scope: Scope<'me:read'>; identityIds: readonly number[] }

/** The view that someone gets: the organization's where they may and ask for it, otherwise their own. */
export async function viewUsage(scope: Scope<'me:read'>, isMine: boolean): Promise<UsageView> {
  const everyone = isMine ? null : narrow(scope, 'usage:read')
  if (everyone) return { kind: 'organization', scope: everyone }
  const personId = scope.actor.kind === 'person' ? scope.actor.personId : null
  const rows =
    personId === null
      ? []
      : await run<{ id: number }>(
          scope,
          sql`
          select identity_id as id from identities where org_id = ${scope.orgId} and person_id = ${personId} order by identity_id`,
        )
  return { kind: 'mine', scope, identityIds: rows.map(({ id }) => id) }
}

/** What the parameters of an address come to in a view: the selection, and the report on it. */
export async function readUsagePage(
  view: UsageView,
  parameters: Readonly<Record<string, string | readonly string[] | undefined>>,
): Promise<{ selection: UsageSelection; report: UsageReport }> {
  const { scope } = view
  const { now, organization } = scope
  const [freshness, firstDay] = await Promise.all([getFreshness(scope), findFirstDay(view)])
  const selection = parseSelection(parameters, { now, timeZone: organization.timeZone, firstDay })
  return { selection, report: { freshness, body: firstDay === null ? null : await getReportBody(view, selection) } }
}

async function getReportBody(view: UsageView, selection: UsageSelection): Promise<UsageReport['body']> {
  const { range } = selection
  const people = view.kind === 'organization' ? narrow(view.scope, 'people:read') : null
  const [cards, chart, projects, models, spenders, { table, older }, opened] = await Promise.all([
    getCards(view, selection),
    getChart(view, selection),
    getBreakdown(view, 'project', range),
    getBreakdown(view, 'model', range),
    people ? getPeopleBreakdown(people, range) : null,
    readTable(view, selection),
    people ? readOpened(people, selection) : new Map<string, PeopleReport>(),
  ])
  return { cards, chart, people: spenders, projects, models, table, older, canOpen: people !== null, opened }
}

async function readTable(view: UsageView, selection: UsageSelection): Promise<{ table: UsageRows; older: string | null }> {
  switch (selection.table) {
    case 'day': {
      const { rows, older } = await listDays(view, selection)
      return { table: { table: 'day', rows }, older }
    }
    case 'model': {
      const { rows, older } = await listModelDays(view, selection)
      return { table: { table: 'model', rows }, older }
    }
    case 'project':
      return { table: { table: 'project', rows: await listProjects(view, selection) }, older: null }
  }
}

/** The people of the row that the address opens; an address that names no row opens nothing. */
async function readOpened(scope: Scope<'people:read'>, selection: UsageSelection): Promise<Map<string, PeopleReport>> {
  const { open } = selection
  const row = open === null ? null : openedRow(open, selection)
  if (open === null || row === null) return new Map()
  return new Map([[open, await listPeople(scope, row, selection.peopleLimit)]])
}

/** The first local day with usage in a view, or null when there is none yet. */
async function findFirstDay(view: UsageView): Promise<string | null> {
  const [row] = await run<{ day: string | null }>(
    view.scope,
    view.kind === 'organization'
      ? sql`select to_char(min(day), 'YYYY-MM-DD') as day from days where ${ofRollup(view)}`
      : sql`select to_char(min(day), 'YYYY-MM-DD') as day from identity_days d where ${ofRollup(view)} and ${ofMine(view)}`,
  )
  return row?.day ?? null
}

/** How fresh the numbers are and what is in scope. */
export async function getFreshness(scope: Scope<'me:read'> | Scope<'usage:read'>): Promise<Freshness> {
  const [row] = await run<{ as_of: string; open_hours: number; sources: string[] | null }>(
    scope,
    sql`
    select to_char(f.counted_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as as_of,
      (select count(distinct utc_hour)::int from dirty_hours where org_id = ${scope.orgId}) as open_hours,
      (select array_agg(value order by value) from names where org_id = ${scope.orgId} and kind = ${nameKinds.source}) as sources
    from freshness f where f.org_id = ${scope.orgId}`,
  )
  return {
    asOf: row ? new Date(row.as_of) : scope.organization.createdAt,
    openHours: row?.open_hours ?? 0,
    timeZone: scope.organization.timeZone,
    sources: row?.sources ?? [],
  }
}

/** The five cards: totals and distinct people of the selection, of the preceding range, and a value per bucket for each sparkline. */
async function getCards(view: UsageView, selection: UsageSelection): Promise<CardsReport> {
  const [{ totals, users }, previous, trend] = await Promise.all([
    totalsOf(view, selection.range),
    selection.previous === null ? null : previousTotals(view, selection, selection.previous),
    listBuckets(view, selection),
  ])
  return { totals, users, previous, trend: trendOf(trend) }
}

/** The chart of the chosen card: stacked by model where its metric adds up, one line otherwise. */
export async function getChart(view: UsageView, selection: UsageSelection): Promise<ChartReport> {
  const { metric, range, today } = selection
  const grain = grainOf(range)
  const buckets = bucketsOf(range, grain)
  const shared = {
    metric,
    grain,
    buckets: buckets.map((start, index) => ({ start, isOpen: range.to === today && index === buckets.length - 1 })),
  }
  if (metric === 'average' || metric === 'users') {
    const rows = await listBuckets(view, selection)
    const values = trendOf(rows)[metric]
    return {
      ...shared,
      series: [{ name: metric === 'users' ? 'Active users' : 'Average per request', values }],
      isStacked: false,
    }
  }
  const rows = await run<{ model: string | null; bucket: string; value: number }>(
    view.scope,
    sql`
    select ${nameOf('model', sql`g.model_id`, view)} as model, to_char(g.bucket, 'YYYY-MM-DD') as bucket, g.value
    from (
      select d.model_id, ${bucketOf(grain, 'd.day', range)} as bucket, ${chartValue(metric)} as value
      from ${view.kind === 'organization' ? sql`day_models` : sql`identity_days`} d
      where ${ofRollup(view)} and ${ofMine(view)} and ${within(range)}
      group by 1, 2
    ) g order by 1, 2`,
  )
  return { ...shared, series: chartSeries(rows, buckets, seriesMax), isStacked: true }
}

/** Days with usage, newest first, a page at a time: at most `daysPerPage` and those before `selection.before`. */
export async function listDays(view: UsageView, selection: UsageSelection): Promise<{ rows: DayRow[]; older: string | null }> {
  const limit = daysPerPage.day
  const rows = await run<MeasureRow & { day: string; users: number }>(
    view.scope,
    view.kind === 'organization'
      ? sql`select to_char(d.day, 'YYYY-MM-DD') as day, ${plainMeasures}, d.users from days d
          where ${ofRollup(view)} and ${within(selection.range)} and ${beforePage(selection)}
          order by d.day desc limit ${limit + 1}`
      : sql`select to_char(d.day, 'YYYY-MM-DD') as day, ${summedMeasures}, (sum(d.requests) > 0)::int as users from identity_days d
          where ${ofRollup(view)} and ${ofMine(view)} and ${within(selection.range)} and ${beforePage(selection)}
          group by d.day order by d.day desc limit ${limit + 1}`,
  )
  const page = rows.slice(0, limit).map((row) => ({
    day: row.day,
    isOpen: row.day === selection.today,
    measures: readMeasures(row),
    users: row.users,
  }))
  return { rows: page, older: rows.length > limit ? (page.at(-1)?.day ?? null) : null }
}

/** Models of each day, newest day first and within it the dearest first; whole days, `daysPerPage` at a time. */
export async function listModelDays(
  view: UsageView,
  selection: UsageSelection,
): Promise<{ rows: ModelDayRow[]; older: string | null }> {
  const limit = daysPerPage.model
  const table = view.kind === 'organization' ? sql`day_models` : sql`identity_days`
  const users = view.kind === 'organization' ? sql`max(d.users)::int` : sql`(sum(d.requests) > 0)::int`
  const [rows, olderRows] = await Promise.all([
    run<MeasureRow & { day: string; model: string | null; users: number }>(
      view.scope,
      sql`
      with shown as (
        select distinct day from ${table} d
        where ${ofRollup(view)} and ${ofMine(view)} and ${within(selection.range)} and ${beforePage(selection)}
        order by day desc limit ${limit}
      )
      select to_char(g.day, 'YYYY-MM-DD') as day, ${nameOf('model', sql`g.model_id`, view)} as model, g.*
      from (
        select d.day, d.model_id, ${summedMeasures}, ${users} as users
        from ${table} d where ${ofRollup(view)} and ${ofMine(view)} and d.day in (select day from shown)
        group by d.day, d.model_id
      ) g
      order by g.day desc, g.spend desc, model`,
    ),
    run<{ days: number }>(
      view.scope,
      sql`
      select count(*)::int as days from (
        select distinct day from ${table} d
        where ${ofRollup(view)} and ${ofMine(view)} and ${within(selection.range)} and ${beforePage(selection)}
        order by day desc limit ${limit + 1}
      ) shown`,
    ),
  ])
  const page = rows.map((row) => ({
    day: row.day,
    isOpen: row.day === selection.today,
    model: row.model ?? '',
    measures: readMeasures(row),
    users: row.users,
  }))
  return { rows: page, older: (olderRows[0]?.days ?? 0) > limit ? (page.at(-1)?.day ?? null) : null }
}

/** Projects of the range, the dearest first; what carries no project is one of them, with an empty name. */
export async function listProjects(view: UsageView, selection: UsageSelection): Promise<ProjectRow[]> {
  const rows = await run<MeasureRow & { project: string | null; users: number }>(
    view.scope,
    view.kind === 'organization'
      ? sql`
        with ${severalOf(view)}
        select ${nameOf('project', sql`g.project_id`, view)} as project, g.*, ${peopleOf('g.identities')} as users
        from (
          select d.project_id, ${summedMeasures}, bit_or(pad_bits(d.identities, ${bitsOf(view)})) as identities
          from day_projects d where ${ofRollup(view)} and ${within(selection.range)}
          group by d.project_id order by spend desc limit ${projectsMax}
        ) g order by g.spend desc, project`
      : sql`
        select ${nameOf('project', sql`g.project_id`, view)} as project, g.* from (
          select d.project_id, ${summedMeasures}, (sum(d.requests) > 0)::int as users
          from identity_days d where ${ofRollup(view)} and ${ofMine(view)} and ${within(selection.range)}
          group by d.project_id order by spend desc limit ${projectsMax}
        ) g order by g.spend desc, project`,
  )
  return rows.map((row) => ({ project: row.project ?? '', measures: readMeasures(row), users: row.users }))
}

/** The people in a row, the dearest first. What maps to nobody is one row, *Unattributed*. */
export async function listPeople(scope: Scope<'people:read'>, row: OpenedRow, limit: number): Promise<PeopleReport> {
  const view: UsageView & { kind: 'organization' } = { kind: 'organization', scope: narrowed(scope) }
  const rows = await run<PersonMeasureRow>(
    scope,
    sql`
    with used as (${identitiesOfRow(view, row)}),
    per_person as (
      select i.person_id, ${summedMeasures}
      from used d left join identities i on i.org_id = ${scope.orgId} and i.identity_id = d.identity_id
      group by i.person_id
    )
    ${namedPeople(scope, limit)}`,
  )
  return { people: rows.map(readPerson), more: Math.max((rows[0]?.total ?? 0) - rows.length, 0) }
}

/** The largest spenders of the range: months in the middle of a long one, days at its edges. */
async function getPeopleBreakdown(scope: Scope<'people:read'>, range: DayRange): Promise<BreakdownReport> {
  const view: UsageView & { kind: 'organization' } = { kind: 'organization', scope: narrowed(scope) }
  const { months, edges } = splitRange(range)
  const rows = await run<{ name: string; spend: string; total: number; whole: string }>(
    scope,
    sql`
    with per_identity as (
      select identity_id, metered_nanos + estimated_nanos as spend from month_identities d
      where ${ofRollup(view)} and ${months ? sql`d.month between ${months.from} and ${months.to}` : sql`false`}
      union all
      select identity_id, metered_nanos + estimated_nanos from day_identities d
      where ${ofRollup(view)} and (${sql.join(
        edges.map((edge) => within(edge)),
        sql` or `,
      )})
    ),
    per_person as (
      select i.person_id, sum(d.spend) as spend
      from (select identity_id, sum(spend) as spend from per_identity group by identity_id) d
      left join identities i on i.org_id = ${scope.orgId} and i.identity_id = d.identity_id
      group by i.person_id
    )
    select ${personName} as name, p.spend::text, count(*) over ()::int as total, (sum(p.spend) over ())::text as whole
    from per_person p
    left join people on people.org_id = ${scope.orgId} and people.person_id = p.person_id
    left join users on users.user_id = people.user_id
    order by p.spend desc, name limit ${breakdownRows}`,
  )
  return breakdownOf(rows)
}

/** The projects or models of the range with the largest spend, and what the rest come to. */
async function getBreakdown(view: UsageView, kind: 'project' | 'model', range: DayRange): Promise<BreakdownReport> {
  const table = view.kind === 'mine' ? sql`identity_days` : kind === 'project' ? sql`day_projects` : sql`day_models`
  const id = kind === 'project' ? sql`d.project_id` : sql`d.model_id`
  const rows = await run<{ name: string | null; spend: string; total: number; whole: string }>(
    view.scope,
    sql`
    select ${nameOf(kind, sql`g.id`, view)} as name, g.spend::text, g.total, g.whole::text from (
      select ${id} as id, sum(d.metered_nanos + d.estimated_nanos) as spend, count(*) over ()::int as total,
        sum(sum(d.metered_nanos + d.estimated_nanos)) over () as whole
      from ${table} d where ${ofRollup(view)} and ${ofMine(view)} and ${within(range)}
      group by ${id} order by 2 desc, 1 limit ${breakdownRows}
    ) g order by g.spend desc, name`,
  )
  return breakdownOf(rows.map((row) => ({ ...row, name: row.name ?? (kind === 'project' ? 'No project' : 'Unknown model') })))
}

/** What a member list shows of each user with usage: the spend of a range, and the last local day with a request, ever. */
export async function listMemberActivity(
  scope: Scope<'people:read'>,
  userIds: readonly string[],
  range: DayRange,
): Promise<Map<string, { spendNanos: bigint; lastDay: string | null }>> {
  const view: UsageView & { kind: 'organization' } = { kind: 'organization', scope: narrowed(scope) }
  const rows = await run<{ user_id: string; spend: string; last_day: string | null }>(
    scope,
    sql`
    with shown as (
      select p.user_id, i.identity_id from people p join identities i on i.org_id = ${scope.orgId} and i.person_id = p.person_id
      where p.org_id = ${scope.orgId} and p.user_id = any (${`{${userIds.join(',')}}`}::uuid[])
    )
    select s.user_id::text, sum(coalesce(m.spend, 0))::text as spend, to_char(max(l.day), 'YYYY-MM-DD') as last_day
    from shown s
    left join lateral (
      select sum(d.metered_nanos + d.estimated_nanos) as spend from identity_days d
      where ${ofRollup(view)} and d.identity_id = s.identity_id and ${within(range)}
    ) m on true
    left join lateral (
      select max(d.day) as day from identity_days d where ${ofRollup(view)} and d.identity_id = s.identity_id
    ) l on true
    group by s.user_id`,
  )
  return new Map(rows.map((row) => [row.user_id, { spendNanos: BigInt(row.spend), lastDay: row.last_day }]))
}

/** The spend of a range of local days. */
export async function sumSpend(scope: Scope<'usage:read'>, range: DayRange): Promise<bigint> {
  return spendNanos((await totalsOf({ kind: 'organization', scope }, range)).totals)
}

/** Distinct people with a successful request in a range of local days. */
export async function countActivePeople(scope: Scope<'usage:read'>, range: DayRange): Promise<number> {
  return (await totalsOf({ kind: 'organization', scope }, range)).users
}

// Totals and people of a range.

async function totalsOf(view: UsageView, range: DayRange): Promise<{ totals: Measures; users: number }> {
  if (view.kind === 'mine') {
    const [row] = await run<MeasureRow>(
      view.scope,
      sql`
      select ${summedMeasures} from identity_days d where ${ofRollup(view)} and ${ofMine(view)} and ${within(range)}`,
    )
    const totals = row ? readMeasures(row) : noMeasures
    return { totals, users: totals.requests > 0 ? 1 : 0 }
  }
  const [row] = await run<MeasureRow & { users: number }>(
    view.scope,
    sql`
    with ${severalOf(view)}
    select g.*, ${peopleOf('g.identities')} as users from (
      select ${summedMeasures}, bit_or(pad_bits(d.identities, ${bitsOf(view)})) as identities
      from days d where ${ofRollup(view)} and ${within(range)}
    ) g`,
  )
  return { totals: row ? readMeasures(row) : noMeasures, users: row?.users ?? 0 }
}

/** The preceding range; while the current one is open, cut at the same elapsed time, to the hour that has ended by then. */
async function previousTotals(
  view: UsageView,
  selection: UsageSelection,
  range: DayRange,
): Promise<{ range: DayRange; totals: Measures; users: number }> {
  const cut = previousCut(selection, { now: view.scope.now, timeZone: view.scope.organization.timeZone })
  if (cut === null) return { range, ...(await totalsOf(view, range)) }
  const whole: DayRange = { from: range.from, to: addDays(range.to, -1) }
  const until = sql`${cut.toISOString()}::timestamptz`
  // The cube names the day of an hour, so that its own index and the day together find the hours of the last day that had ended.
  const lastHours = sql`
    from usage_hours d where ${ofRollup(view)} and ${ofMine(view)} and d.day = ${range.to}
      and d.hour >= ${until} - interval '27 hours' and d.hour <= ${until} - interval '1 hour'`
  if (view.kind === 'mine') {
    const [row] = await run<MeasureRow>(
      view.scope,
      sql`
      select ${summedMeasures} from (
        select ${measureColumns} from identity_days d where ${ofRollup(view)} and ${ofMine(view)} and ${within(whole)}
        union all select ${measureColumns} ${lastHours}
      ) d`,
    )
    const totals = row ? readMeasures(row) : noMeasures
    return { range, totals, users: totals.requests > 0 ? 1 : 0 }
  }
  const [row] = await run<MeasureRow & { users: number }>(
    view.scope,
    sql`
    with ${severalOf(view)},
    parts as (
      select ${measureColumns}, pad_bits(d.identities, ${bitsOf(view)}) as identities
      from days d where ${ofRollup(view)} and ${within(whole)}
      union all
      select ${totalColumns}, pad_bits(
        identity_bits(array_agg(distinct d.identity_id) filter (where d.requests > 0 and d.identity_id > 0)), ${bitsOf(view)})
      ${lastHours}
    )
    select g.*, ${peopleOf('g.identities')} as users
    from (select ${summedMeasures}, bit_or(d.identities) as identities from parts d) g`,
  )
  return { range, totals: row ? readMeasures(row) : noMeasures, users: row?.users ?? 0 }
}

/** Totals per bucket of the chart's grain, a row for every bucket of the range, for sparklines and lines. */
async function listBuckets(view: UsageView, selection: UsageSelection): Promise<{ measures: Measures; users: number }[]> {
  const { range } = selection
  const grain = grainOf(range)
  const rows = await run<MeasureRow & { bucket: string; users: number }>(
    view.scope,
    view.kind === 'mine'
      ? sql`select to_char(${bucketOf(grain, 'd.day', range)}, 'YYYY-MM-DD') as bucket, ${summedMeasures},
            (sum(d.requests) > 0)::int as users
          from identity_days d where ${ofRollup(view)} and ${ofMine(view)} and ${within(range)} group by 1`
      : grain === 'day'
        ? sql`select to_char(d.day, 'YYYY-MM-DD') as bucket, ${plainMeasures}, d.users
            from days d where ${ofRollup(view)} and ${within(range)}`
        : sql`with ${severalOf(view)}
            select to_char(g.bucket, 'YYYY-MM-DD') as bucket, g.*, ${peopleOf('g.identities')} as users from (
              select ${bucketOf(grain, 'd.day', range)} as bucket, ${summedMeasures},
                bit_or(pad_bits(d.identities, ${bitsOf(view)})) as identities
              from days d where ${ofRollup(view)} and ${within(range)} group by 1
            ) g`,
  )
  const byBucket = new Map(rows.map((row) => [row.bucket, { measures: readMeasures(row), users: row.users }]))
  return bucketsOf(range, grain).map((bucket) => byBucket.get(bucket) ?? { measures: noMeasures, users: 0 })
}

const dialect = new PgDialect()

/**
 * Runs a statement of these pages as a prepared one: there are a few dozen of them, whatever the address says, and planning one costs more than
 * running it. Values are always parameters.
 */
async function run<Row extends Record<string, unknown>>(scope: Pick<Scope<never>, 'db'>, query: SQL): Promise<readonly Row[]> {
  const client = scope.db.$client
  assert(client, 'pages read from the pool, never inside a transaction')
  const { sql: text, params } = dialect.sqlToQuery(query)
  return client.unsafe<Row[]>(text, params.map(parameterOf), { prepare: true })
}

function parameterOf(value: unknown): string | number {
  assert(typeof value === 'string' || typeof value === 'number', 'the statements of these pages take texts and numbers')
  return value
}

// The pieces of which the statements are made. The rollup is always `d`.

type MeasureRow = {
  requests: number
  failed_requests: number
  priced_requests: number
  unpriced_requests: number
  uncached_tokens: number
  cache_read_tokens: number
  cache_write_tokens: number
  output_tokens: number
  reasoning_tokens: number
  metered_nanos: string
  estimated_nanos: string
  priced_nanos: string
}

const countNames = [
  'requests',
  'failed_requests',
  'priced_requests',
  'unpriced_requests',
  'uncached_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'output_tokens',
  'reasoning_tokens',
] as const
const moneyNames = ['metered_nanos', 'estimated_nanos', 'priced_nanos'] as const

/** The measures as they are read: counts as doubles (exact below 2⁵³), money as text, so that no digit is lost on the way. */
const plainMeasures = sql.raw(
  [...countNames.map((name) => `d.${name}::float8 as ${name}`), ...moneyNames.map((name) => `d.${name}::text as ${name}`)].join(
    ', ',
  ),
)
const summedMeasures = sql.raw(
  [
    ...countNames.map((name) => `coalesce(sum(d.${name}), 0)::float8 as ${name}`),
    ...moneyNames.map((name) => `coalesce(sum(d.${name}), 0)::text as ${name}`),
    'coalesce(sum(d.metered_nanos + d.estimated_nanos), 0) as spend',
  ].join(', '),
)
const measureColumns = sql.raw([...countNames, ...moneyNames].map((name) => `d.${name}`).join(', '))
const totalColumns = sql.raw([...countNames, ...moneyNames].map((name) => `coalesce(sum(d.${name}), 0)::bigint`).join(', '))

function readMeasures(row: MeasureRow): Measures {
  return {
    requests: row.requests,
    failedRequests: row.failed_requests,
    pricedRequests: row.priced_requests,
    unpricedRequests: row.unpriced_requests,
    uncachedTokens: row.uncached_tokens,
    cacheReadTokens: row.cache_read_tokens,
    cacheWriteTokens: row.cache_write_tokens,
    outputTokens: row.output_tokens,
    reasoningTokens: row.reasoning_tokens,
    meteredNanos: BigInt(row.metered_nanos),
    estimatedNanos: BigInt(row.estimated_nanos),
    pricedNanos: BigInt(row.priced_nanos),
  }
}

/** The organization's rows of the generations that pages read: the sealed one and the current one. */
function ofRollup(view: UsageView): SQL {
  return sql`org_id = ${view.scope.orgId} and generation in (${sealedGeneration}, ${view.scope.organization.generation})`
}

function ofMine(view: UsageView): SQL {
  return view.kind === 'organization' ? sql`true` : sql`d.identity_id = any (${`{${view.identityIds.join(',')}}`}::integer[])`
}

const within = (range: DayRange) => sql`d.day between ${range.from}::date and ${range.to}::date`

function beforePage(selection: UsageSelection): SQL {
  return selection.before === null ? sql`true` : sql`d.day < ${selection.before}::date`
}

/** The identities of people who have several: their bits count once per person. A `with` expression that `peopleOf` reads. */
function severalOf(view: UsageView): SQL {
  return sql`several as materialized (
    select person_id, identity_id from identities where org_id = ${view.scope.orgId} and person_id in (
      select person_id from identities where org_id = ${view.scope.orgId} and person_id is not null
      group by person_id having count(*) > 1
    )
  )`
}

/** How many people a set of identities is: its bits, less those beyond each person's first. */
function peopleOf(bits: string): SQL {
  return sql.raw(`(coalesce(bit_count(${bits}), 0) - coalesce((
    select sum(folded.bits - 1) from (
      select count(*) as bits from several s
      where case when s.identity_id < length(${bits}) then get_bit(${bits}, s.identity_id) end = 1
      group by s.person_id
    ) folded
  ), 0))::int`)
}

/** As many bits as the organization has identities: sets are united at one length. */
function bitsOf(view: UsageView): SQL {
  return sql`(select coalesce(max(identity_id), 0) + 1 from identities where org_id = ${view.scope.orgId})`
}

/** The word behind a small id; null for the absent one. */
function nameOf(kind: 'model' | 'project', id: SQL, view: UsageView): SQL {
  return sql`case when ${id} = ${otherNameId} then 'other' else (
    select value from names where org_id = ${view.scope.orgId} and kind = ${nameKinds[kind]} and name_id = ${id}
  ) end`
}

/** The bucket of a day, as `bucketsOf` names it, in a statement. */
function bucketOf(grain: Grain, day: string, range: DayRange): SQL {
  return grain === 'day'
    ? sql.raw(day)
    : sql`greatest(date_trunc(${sql.raw(`'${grain}'`)}, ${sql.raw(day)}::timestamp)::date, ${range.from}::date)`
}

function chartValue(metric: Exclude<Metric, 'average' | 'users'>): SQL {
  switch (metric) {
    case 'spend':
      return sql`sum(d.metered_nanos + d.estimated_nanos)::float8`
    case 'requests':
      return sql`sum(d.requests)::float8`
    case 'tokens':
      return sql`sum(d.uncached_tokens + d.cache_read_tokens + d.cache_write_tokens + d.output_tokens)::float8`
  }
}

function identitiesOfRow(view: UsageView & { kind: 'organization' }, row: OpenedRow): SQL {
  if ('project' in row) {
    return sql`select d.* from identity_days d where ${ofRollup(view)} and ${within(row.range)} and d.project_id = ${idOf(view, 'project', row.project)}`
  }
  if (!('model' in row)) return sql`select d.* from day_identities d where ${ofRollup(view)} and d.day = ${row.day}::date`
  // Who was there that day is a narrow range of one table; each of them is then a short look-up in the person-first one.
  return sql`
    select d.* from (select org_id as o, generation as g, identity_id as i, day as on_day from day_identities d
      where ${ofRollup(view)} and d.day = ${row.day}::date) present
    join identity_days d on d.org_id = present.o and d.generation = present.g and d.identity_id = present.i and d.day = present.on_day
    where d.model_id = ${idOf(view, 'model', row.model)}`
}

function idOf(view: UsageView, kind: 'model' | 'project', value: string): SQL {
  return sql`case when ${value}::text = '' then 0 else coalesce((
    select name_id from names where org_id = ${view.scope.orgId} and kind = ${nameKinds[kind]} and value = ${value}
  ), case when ${value}::text = 'other' then ${otherNameId}::integer else -1 end) end`
}

const personName = sql.raw(
  `case when p.person_id is null then 'Unattributed' when people.erased_at is not null then 'Removed person' else coalesce(users.name, 'Removed person') end`,
)

type PersonMeasureRow = MeasureRow & { id: string | null; name: string; email: string | null; total: number }

function namedPeople(scope: Scope<'people:read'>, limit: number): SQL {
  return sql`
    select p.*, p.person_id::text as id, ${personName} as name,
      case when people.erased_at is null then users.email end as email, count(*) over ()::int as total
    from per_person p
    left join people on people.org_id = ${scope.orgId} and people.person_id = p.person_id
    left join users on users.user_id = people.user_id
    order by p.spend desc, name, id limit ${limit}`
}

function readPerson(row: PersonMeasureRow): PersonRow {
  return { id: row.id ?? 'unattributed', name: row.name, email: row.email, measures: readMeasures(row) }
}

function breakdownOf(rows: readonly { name: string; spend: string; total: number; whole: string }[]): BreakdownReport {
  const listed = rows.map(({ name, spend }) => ({ name, spendNanos: BigInt(spend) }))
  const [first] = rows
  const count = (first?.total ?? 0) - listed.length
  const rest = BigInt(first?.whole ?? 0) - listed.reduce((sum, { spendNanos }) => sum + spendNanos, 0n)
  return { rows: listed, more: count > 0 ? { count, spendNanos: rest } : null }
}

/** Whole months in the middle of a range and the days that are left at its edges. */
function splitRange({ from, to }: DayRange): { months: DayRange | null; edges: DayRange[] } {
  const firstMonth = from.endsWith('-01') ? from : nextMonth(from)
  const afterLast = startOfMonth(addDays(to, 1))
  if (firstMonth >= afterLast) return { months: null, edges: [{ from, to }] }
  const edges = [
    { from, to: addDays(firstMonth, -1) },
    { from: afterLast, to },
  ].filter((edge) => edge.from <= edge.to)
  return {
    months: { from: firstMonth, to: addDays(afterLast, -1) },
    edges: edges.length > 0 ? edges : [{ from: addDays(to, 1), to }],
  }
}

function nextMonth(day: string): string {
  return startOfMonth(addDays(startOfMonth(day), 31))
}

/** Whoever may see people may see totals: the table of permissions says so, and this asks it. */
function narrowed(scope: Scope<'people:read'>): Scope<'usage:read'> {
  const totals = narrow(scope, 'usage:read')
  if (!totals) throw new Error('people:read without usage:read: the permission table is broken')
  return totals
}
