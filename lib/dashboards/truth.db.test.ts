import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { costKinds, nameKinds, outcomes } from '@/db/enums'
import type { Context } from '@/lib/access/scope'
import { rollUp } from '@/lib/rollups/commands'
import { makeIngestScope, makeMember, makeOrganization, makeRequest } from '@/lib/testing/factory'
import { useDatabase } from '@/lib/testing/harness'
import { recordRequests } from '@/lib/usage/commands'
import { averageNanos, spendNanos } from '@/lib/usage/measures'
import type { Measures } from '@/lib/usage/measures'
import type { ReportedRequest } from '@/lib/usage/request'
import { getChart, listDays, listModelDays, listPeople, listProjects, readUsagePage, viewUsage } from './queries'
import type { UsageView } from './queries'
import { metrics, rangeNames, tableNames } from './report'
import type { BreakdownReport, DayRange, DayRow, ModelDayRow, PersonRow } from './report'
import { openedRow } from './selection'
import type { UsageSelection } from './selection'

// Every figure of the usage page against the stored events, added up one by one in plain JavaScript: days and hours by `Intl`, no
// statement and no arithmetic in common with the product.

const database = useDatabase()
const selectionsPerZone = process.env['PROVE'] ? 120 : 12
const eventsPerOrganization = process.env['PROVE'] ? 2_000 : 400
const eventsOfNeighbor = 60

// In full counts, a zone takes minutes.
if (process.env['PROVE']) vi.setConfig({ testTimeout: 900_000, hookTimeout: 900_000 })

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** Zones with their odd hours, each looked at when that shows: a quarter past midnight, days after a change of the clock. */
const cases = [
  { timeZone: 'Asia/Kolkata', now: '2026-11-20T18:45:00.000Z' },
  { timeZone: 'Europe/Berlin', now: '2026-11-01T12:34:56.789Z' },
  { timeZone: 'America/New_York', now: '2026-11-03T03:59:59.999Z' },
  { timeZone: 'Australia/Lord_Howe', now: '2026-10-06T03:20:00.000Z' },
] as const

describe.each(cases)('every figure of the usage page in $timeZone', ({ timeZone, now }) => {
  const context = database.at(now)
  let organization: Awaited<ReturnType<typeof fillOrganization>>
  let events: Event[]

  beforeAll(async () => {
    organization = await fillOrganization(context, timeZone, eventsPerOrganization)
    // A neighbor with the same words, whose every request would show.
    await fillOrganization(context, timeZone, eventsOfNeighbor)
    events = await readEvents(organization.orgId, timeZone)
  })

  it('stands on failed, unpriced, estimated, unattributed and late events, and on people with two identities', () => {
    expect(events).toHaveLength(organization.recorded)
    expect(new Set(events.map(({ costKind }) => costKind))).toEqual(new Set(Object.values(costKinds)))
    expect(new Set(events.map(({ outcome }) => outcome))).toEqual(new Set(Object.values(outcomes)))
    expect(events.some(({ identityId }) => identityId === 0)).toBe(true)
    expect(events.some(({ identityId, personId }) => identityId > 0 && personId === null)).toBe(true)
    const identities = new Map(events.map(({ identityId, personId }) => [identityId, personId]))
    const people = [...identities.values()].filter((personId) => personId !== null)
    expect(new Set(people).size).toBeLessThan(people.length)
  })

  it('is what the events add up to: cards, chart, tables, breakdowns and people agree to the nano-dollar', async () => {
    const next = numbers(selectionsPerZone + timeZone.length)
    for (let index = 0; index < selectionsPerZone; index++) {
      const member = organization.members[next(organization.members.length)]
      const isMine = index % 3 === 2
      const reader = isMine && member ? member : organization.owner
      const view = await viewUsage(await reader.scopeFor('me:read'), isMine)
      expect(view.kind).toBe(isMine ? 'mine' : 'organization')
      const visible = isMine ? events.filter(({ personId }) => personId !== null && personId === reader.personId) : events
      await expectTruth(view, visible, randomParameters(next, index, isMine), { now: context.now, timeZone })
    }
  })

  it('opens every row of a random day and project to people who add up to it', async () => {
    const next = numbers(99 + timeZone.length)
    const view = await viewUsage(await organization.owner.scopeFor('me:read'), false)
    const people = await organization.owner.scopeFor('people:read')
    for (const table of tableNames) {
      const { selection } = await readUsagePage(view, { range: ['month', 'year', 'all'][next(3)], table })
      const rows = await rowsOf(view, selection)
      for (const row of sample(rows, 6, next)) {
        const opened = openedRow(row.key, selection)
        if (opened === null) throw new Error(`${row.key} opens nothing`)
        const inRow = events.filter((event) => inRange(event, selection.range) && row.holds(event))
        const report = await listPeople(people, opened, 500)
        expect(report.more).toBe(0)
        expect(sumOf(report.people.map(({ measures }) => measures))).toEqual(row.measures)
        expect(byId(report.people)).toEqual(peopleOf(inRow, organization.people))
        const first = await listPeople(people, opened, 1)
        expect([first.people, first.more]).toEqual([report.people.slice(0, 1), report.people.length - 1])
        // By the address, the same row opens to the same people.
        const page = await readUsagePage(view, { range: selection.rangeName, table, open: row.key, people: '500' })
        expect(page.report.body?.opened.get(row.key)).toEqual(report)
      }
    }
  })

  it('is one’s own under member visibility self, whatever the address says', async () => {
    const [member] = organization.members
    if (!member) throw new Error('the organization has members')
    const scope = await member.scopeFor('me:read')
    const own = events.filter(({ personId }) => personId === member.personId)
    for (const parameters of [
      {},
      { mine: '0' },
      { mine: ['0', '1'] },
      { range: 'all', open: own[0]?.day },
      { table: 'project', open: 'one' },
    ]) {
      const view = await viewUsage(scope, false)
      expect(view.kind).toBe('mine')
      const { selection, report } = await readUsagePage(view, parameters)
      const inside = own.filter((event) => inRange(event, selection.range))
      expect(report.body).toMatchObject({ people: null, canOpen: false, cards: { totals: measure(inside) } })
      expect(report.body?.opened.size).toBe(0)
    }
    await expect(member.scopeFor('usage:read')).rejects.toMatchObject({ code: 'forbidden' })
    await expect(member.scopeFor('people:read')).rejects.toMatchObject({ code: 'forbidden' })
  })
})

describe('another organization', () => {
  it('sees nothing of these events, not even by opening a row with the same words', async () => {
    const context = database.at('2026-11-20T12:00:00Z')
    await fillOrganization(context, 'UTC', eventsOfNeighbor)
    const stranger = await makeOrganization(context)
    const owner = await makeMember(context, stranger, 'owner')
    const view = await viewUsage(await owner.scopeFor('me:read'), false)
    const { report } = await readUsagePage(view, { range: 'all' })
    expect(report.body).toBeNull()
    expect(report.freshness.sources).toEqual([])
    const { scope } = await makeIngestScope(context, stranger, owner.userId)
    await recordRequests(scope, [makeRequest({ occurredAtMs: context.now.getTime() - hourMs, project: '', costNanos: 5n })])
    await rollUp(context)
    for (const [table, open] of [
      ['day', '2026-11-20'],
      ['model', '2026-11-20/anthropic/claude-sonnet-4-5'],
      ['project', 'one'],
      ['project', ''],
    ] as const) {
      const page = await readUsagePage(view, { range: 'all', table, open })
      expect(page.report.body?.cards).toMatchObject({ totals: { requests: 1, meteredNanos: 5n }, users: 1 })
      const people = page.report.body?.opened.get(open)?.people.map(({ email, measures }) => [email, measures.requests])
      expect(people).toEqual(open === 'one' ? [] : [[owner.email, 1]])
    }
  })
})

// The checks.

async function expectTruth(
  view: UsageView,
  visible: readonly Event[],
  parameters: Record<string, string>,
  { now, timeZone }: { now: Date; timeZone: string },
): Promise<void> {
  const { selection, report } = await readUsagePage(view, parameters)
  const { body } = report
  if (body === null) throw new Error('there is usage')
  expect(selection.ignored).toEqual([])
  expect(selection.today).toBe(dayOf(now.getTime(), timeZone))
  const inside = visible.filter((event) => inRange(event, selection.range))
  const label = JSON.stringify(parameters)

  const { totals, users, previous, trend } = body.cards
  expect(totals, label).toEqual(measure(inside))
  expect(users, label).toBe(countUsers(inside))
  const priced = inside.filter(({ outcome, costKind }) => outcome === outcomes.ok && costKind !== costKinds.unpriced)
  const average = averageNanos(totals)
  if (priced.length === 0) expect(average, label).toBeNull()
  else {
    const exact = priced.reduce((sum, { costNanos }) => sum + costNanos, 0n)
    const error = exact * 2n - (average ?? -1n) * BigInt(priced.length) * 2n
    expect(error <= BigInt(priced.length) && error > -BigInt(priced.length) - 1n, label).toBe(true)
  }
  if (selection.previous === null) expect(previous, label).toBeNull()
  else {
    const before = previousEvents(visible, selection, now, timeZone)
    expect(previous, label).toEqual({ range: selection.previous, totals: measure(before), users: countUsers(before) })
  }

  const buckets = bucketsOf(selection.range)
  const perBucket = buckets.map(({ from, to }) => inside.filter(({ day }) => day >= from && day <= to))
  const figures = {
    spend: perBucket.map((each) => Number(spendNanos(measure(each)))),
    requests: perBucket.map((each) => measure(each).requests),
    tokens: perBucket.map((each) => tokensOf(measure(each))),
    average: perBucket.map((each) => Number(averageNanos(measure(each)) ?? 0n)),
    users: perBucket.map(countUsers),
  }
  for (const metric of metrics) {
    expect(trend[metric], `${label} ${metric}`).toEqual(figures[metric])
    const chart = metric === selection.metric ? body.chart : await getChart(view, { ...selection, metric })
    expect(
      chart.buckets.map(({ start }) => start),
      label,
    ).toEqual(buckets.map(({ from }) => from))
    const stacked = buckets.map((_, at) => chart.series.reduce((sum, { values }) => sum + (values[at] ?? Number.NaN), 0))
    stacked.forEach((value, at) =>
      expect(value, `${label} ${metric} ${buckets[at]?.from}`).toBeCloseTo(figures[metric][at] ?? -1, 6),
    )
    expect(chart.isStacked).toBe(metric !== 'average' && metric !== 'users')
    const bySeries = chart.series.filter(({ name }) => name !== 'Other').map(({ name }) => name)
    if (chart.isStacked)
      expect(
        bySeries.every((name) => inside.some(({ model }) => model === name)),
        label,
      ).toBe(true)
  }

  for (const table of tableNames) {
    const rows = await rowsOf(view, { ...selection, table })
    expect(sumOf(rows.map(({ measures }) => measures)), `${label} ${table}`).toEqual(totals)
    for (const row of rows) {
      const held = inside.filter(row.holds)
      expect(row.measures, `${label} ${row.key}`).toEqual(measure(held))
      expect(row.users, `${label} ${row.key}`).toBe(countUsers(held))
    }
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length)
  }

  expectBreakdown(
    body.projects,
    groupSpend(inside, ({ project }) => (project === '' ? 'No project' : project)),
    totals,
    label,
  )
  expectBreakdown(
    body.models,
    groupSpend(inside, ({ model }) => model),
    totals,
    label,
  )
  if (view.kind === 'mine') expect(body.people).toBeNull()
  else {
    if (body.people === null) throw new Error('an owner sees people')
    expectBreakdown(
      body.people,
      groupSpend(inside, ({ personId }) => personId ?? 'unattributed'),
      totals,
      label,
      false,
    )
  }
}

type Row = { key: string; measures: Measures; users: number; holds: (event: Event) => boolean }

/** All rows of a table over all of its pages, each once, newest or dearest first. */
async function rowsOf(view: UsageView, selection: UsageSelection): Promise<Row[]> {
  if (selection.table === 'project') {
    const rows = await listProjects(view, selection)
    return rows.map((row) => ({ ...row, key: row.project, holds: ({ project }) => project === row.project }))
  }
  const rows: (DayRow | ModelDayRow)[] = []
  let before: string | null = null
  do {
    const page: { rows: (DayRow | ModelDayRow)[]; older: string | null } =
      selection.table === 'day'
        ? await listDays(view, { ...selection, before })
        : await listModelDays(view, { ...selection, before })
    rows.push(...page.rows)
    before = page.older
  } while (before !== null)
  const days = rows.map(({ day }) => day)
  expect(days).toEqual([...days].sort().reverse())
  expect(rows.every(({ day, isOpen }) => isOpen === (day === selection.today))).toBe(true)
  return rows.map((row) => {
    const model = 'model' in row ? row.model : null
    const key = model === null ? row.day : `${row.day}/${model}`
    return {
      key,
      measures: row.measures,
      users: row.users,
      holds: (event) => event.day === row.day && (model === null || event.model === model),
    }
  })
}

function expectBreakdown(
  breakdown: BreakdownReport,
  expected: Map<string, bigint>,
  totals: Measures,
  label: string,
  hasNames = true,
): void {
  const shown = breakdown.rows.reduce((sum, row) => sum + row.spendNanos, 0n)
  expect(shown + (breakdown.more?.spendNanos ?? 0n), label).toBe(spendNanos(totals))
  const sorted = [...expected.values()].sort((a, b) => (a < b ? 1 : a > b ? -1 : 0))
  expect(
    breakdown.rows.map((row) => row.spendNanos),
    label,
  ).toEqual(sorted.slice(0, 5))
  expect(breakdown.more?.count ?? 0, label).toBe(Math.max(sorted.length - 5, 0))
  if (hasNames) for (const row of breakdown.rows) expect(row.spendNanos, `${label} ${row.name}`).toBe(expected.get(row.name))
}

// The events, read raw and added up here.

type Event = {
  atMs: number
  /** The local day and the start of the local hour. */
  day: string
  hourMs: number
  outcome: number
  costKind: number
  costNanos: bigint
  uncached: number
  cacheRead: number
  cacheWrite: number
  output: number
  reasoning: number
  identityId: number
  personId: string | null
  model: string
  project: string
}

async function readEvents(orgId: number, timeZone: string): Promise<Event[]> {
  const names = await database.db.execute<{ kind: number; name_id: number; value: string }>(
    sql`select kind, name_id, value from names where org_id = ${orgId}`,
  )
  const words = new Map(names.map(({ kind, name_id, value }) => [`${kind} ${name_id}`, value]))
  const identities = await database.db.execute<{ identity_id: number; person_id: string | null }>(
    sql`select identity_id, person_id::text from identities where org_id = ${orgId}`,
  )
  const people = new Map(identities.map(({ identity_id, person_id }) => [identity_id, person_id]))
  const rows = await database.db.execute<Record<string, string>>(sql`
    select extract(epoch from occurred_at)::text as at, outcome::text, cost_kind::text, cost_nanos::text, uncached_tokens::text,
      cache_read_tokens::text, cache_write_5m_tokens::text, cache_write_1h_tokens::text, output_tokens::text, reasoning_tokens::text,
      identity_id::text, model_id::text, project_id::text
    from usage_events where org_id = ${orgId}`)
  return rows.map((row) => {
    const number = (name: string) => Number(row[name])
    const atMs = Math.round(number('at') * 1_000)
    const offsetMs = offsetAt(atMs, timeZone)
    return {
      atMs,
      day: dayOf(atMs, timeZone),
      hourMs: Math.floor((atMs + offsetMs) / hourMs) * hourMs - offsetMs,
      outcome: number('outcome'),
      costKind: number('cost_kind'),
      costNanos: BigInt(row['cost_nanos'] ?? ''),
      uncached: number('uncached_tokens'),
      cacheRead: number('cache_read_tokens'),
      cacheWrite: number('cache_write_5m_tokens') + number('cache_write_1h_tokens'),
      output: number('output_tokens'),
      reasoning: number('reasoning_tokens'),
      identityId: number('identity_id'),
      personId: people.get(number('identity_id')) ?? null,
      model: words.get(`${nameKinds.model} ${row['model_id']}`) ?? '',
      project: words.get(`${nameKinds.project} ${row['project_id']}`) ?? '',
    }
  })
}

function measure(events: readonly Event[]): Measures {
  const ok = events.filter(({ outcome }) => outcome === outcomes.ok)
  const kind = (of: readonly Event[], costKind: number) => of.filter((event) => event.costKind === costKind)
  const cost = (of: readonly Event[]) => of.reduce((sum, { costNanos }) => sum + costNanos, 0n)
  const count = (name: 'uncached' | 'cacheRead' | 'cacheWrite' | 'output' | 'reasoning') =>
    events.reduce((sum, event) => sum + event[name], 0)
  const unpricedOk = kind(ok, costKinds.unpriced)
  return {
    requests: ok.length,
    failedRequests: events.length - ok.length,
    pricedRequests: ok.length - unpricedOk.length,
    unpricedRequests: kind(events, costKinds.unpriced).length,
    uncachedTokens: count('uncached'),
    cacheReadTokens: count('cacheRead'),
    cacheWriteTokens: count('cacheWrite'),
    outputTokens: count('output'),
    reasoningTokens: count('reasoning'),
    meteredNanos: cost(kind(events, costKinds.metered)),
    estimatedNanos: cost(kind(events, costKinds.estimated)),
    pricedNanos: cost(ok) - cost(unpricedOk),
  }
}

const noFigures = measure([])

/** Field by field, so that a field which `Measures` grows later is added up too. */
function sumOf(all: readonly Measures[]): Measures {
  return all.reduce(
    (sum, each) => ({
      requests: sum.requests + each.requests,
      failedRequests: sum.failedRequests + each.failedRequests,
      pricedRequests: sum.pricedRequests + each.pricedRequests,
      unpricedRequests: sum.unpricedRequests + each.unpricedRequests,
      uncachedTokens: sum.uncachedTokens + each.uncachedTokens,
      cacheReadTokens: sum.cacheReadTokens + each.cacheReadTokens,
      cacheWriteTokens: sum.cacheWriteTokens + each.cacheWriteTokens,
      outputTokens: sum.outputTokens + each.outputTokens,
      reasoningTokens: sum.reasoningTokens + each.reasoningTokens,
      meteredNanos: sum.meteredNanos + each.meteredNanos,
      estimatedNanos: sum.estimatedNanos + each.estimatedNanos,
      pricedNanos: sum.pricedNanos + each.pricedNanos,
    }),
    noFigures,
  )
}

const tokensOf = (of: Measures) => of.uncachedTokens + of.cacheReadTokens + of.cacheWriteTokens + of.outputTokens

/** Distinct people with a successful request; an identity that maps to nobody is somebody, no identity is nobody. */
function countUsers(events: readonly Event[]): number {
  const active = events.filter(({ outcome, identityId }) => outcome === outcomes.ok && identityId > 0)
  return new Set(active.map(({ identityId, personId }) => personId ?? String(identityId))).size
}

function groupSpend(events: readonly Event[], keyOf: (event: Event) => string): Map<string, bigint> {
  const groups = new Map<string, bigint>()
  for (const event of events) groups.set(keyOf(event), (groups.get(keyOf(event)) ?? 0n) + event.costNanos)
  return groups
}

type KnownPerson = { name: string; email: string | null }

function peopleOf(events: readonly Event[], known: ReadonlyMap<string, KnownPerson>): Map<string, Omit<PersonRow, 'id'>> {
  const groups = new Map<string, Event[]>()
  for (const event of events) {
    const id = event.personId ?? 'unattributed'
    groups.set(id, [...(groups.get(id) ?? []), event])
  }
  const unattributed = { name: 'Unattributed', email: null }
  return new Map([...groups].map(([id, own]) => [id, { ...(known.get(id) ?? unattributed), measures: measure(own) }]))
}

const byId = (people: readonly PersonRow[]) => new Map(people.map(({ id, ...person }) => [id, person]))

/** The preceding range's events; while the current range is open, only hours that had ended as long after their day's start as now is. */
function previousEvents(
  visible: readonly Event[],
  { range, previous, today }: UsageSelection,
  now: Date,
  timeZone: string,
): Event[] {
  if (previous === null) return []
  const whole = visible.filter((event) => inRange(event, previous))
  if (range.to !== today) return whole
  const cutMs = startOf(previous.to, timeZone) + now.getTime() - startOf(today, timeZone)
  return whole.filter((event) => event.day < previous.to || event.hourMs + hourMs <= cutMs)
}

const inRange = ({ day }: Event, { from, to }: DayRange) => day >= from && day <= to

/** The buckets of a range: days up to 62, weeks from Monday up to 370, months beyond; the first and last cut to the range. */
function bucketsOf({ from, to }: DayRange): DayRange[] {
  const days: string[] = []
  for (let atMs = Date.parse(from); atMs <= Date.parse(to); atMs += dayMs) days.push(new Date(atMs).toISOString().slice(0, 10))
  const keyOf = (day: string) => {
    if (days.length <= 62) return day
    if (days.length > 370) return day.slice(0, 7)
    return String(Math.floor((Date.parse(day) / dayMs + 3) / 7))
  }
  const buckets = new Map<string, DayRange>()
  for (const day of days) buckets.set(keyOf(day), { from: buckets.get(keyOf(day))?.from ?? day, to: day })
  return [...buckets.values()]
}

// Time, by `Intl` alone.

const clocks = new Map<string, Intl.DateTimeFormat>()

/** An instant on the wall clock, as `2026-11-20 09:05:00`. */
function clockText(atMs: number, timeZone: string): string {
  const clock =
    clocks.get(timeZone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium', hourCycle: 'h23' })
  clocks.set(timeZone, clock)
  return clock.format(atMs)
}

const dayOf = (atMs: number, timeZone: string) => clockText(atMs, timeZone).slice(0, 10)

function offsetAt(atMs: number, timeZone: string): number {
  const secondMs = Math.floor(atMs / 1_000) * 1_000
  return Date.parse(`${clockText(secondMs, timeZone).replace(' ', 'T')}Z`) - secondMs
}

/** Zones are ahead of UTC by quarters of an hour, and so begin their days at one. */
function startOf(day: string, timeZone: string): number {
  let atMs = Date.parse(day) - 15 * hourMs
  while (dayOf(atMs, timeZone) < day) atMs += hourMs / 4
  return atMs
}

// The organizations.

/** Numbers below a bound, the same for a seed (mulberry32). */
function numbers(seed: number) {
  let state = seed
  return (below: number) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below)
  }
}

function sample<T>(all: readonly T[], size: number, next: (below: number) => number): T[] {
  const rest = [...all]
  return Array.from({ length: Math.min(size, rest.length) }, () => rest.splice(next(rest.length), 1)).flat()
}

function randomParameters(next: (below: number) => number, index: number, isMine: boolean): Record<string, string> {
  const parameters: Record<string, string> = {
    range: rangeNames[index % rangeNames.length] ?? 'all',
    metric: metrics[next(metrics.length)] ?? 'spend',
    table: tableNames[next(tableNames.length)] ?? 'day',
  }
  if (isMine) parameters['mine'] = '1'
  if (parameters['range'] === 'custom') {
    const [a, b] = [next(420), next(3) === 0 ? 0 : next(420)]
    const at = (daysAgo: number) => new Date(Date.parse('2026-10-06') - daysAgo * dayMs).toISOString().slice(0, 10)
    parameters['from'] = at(Math.max(a, b))
    parameters['to'] = at(Math.min(a, b))
  }
  return parameters
}

const models = [
  ['claude-sonnet-4-5', 'anthropic'],
  ['claude-opus-4-1', 'anthropic'],
  ['gpt-5', 'openai'],
  ['gemini-2.5-pro', 'google'],
  ['house-model', 'house'],
  ['mystery', ''],
  ['claude-haiku-4-5', 'anthropic'],
] as const
const projects = ['', 'one', 'two', 'three', 'four', 'five', 'six']

/** People, two with two identities, keys of both kinds, and requests of 400 days; a third arrives late, after the first run, and everything twice. */
async function fillOrganization(context: Context, timeZone: string, eventCount: number) {
  const { orgId, slug, scope } = await makeOrganization(context, { timeZone })
  const organization = { slug, scope }
  const makePerson = async (role: 'owner' | 'member') => {
    const member = await makeMember(context, organization, role)
    const [person] = await database.db.execute<{ person_id: string; name: string }>(sql`
      select p.person_id::text, u.name from people p join users u on u.user_id = p.user_id
      where p.org_id = ${orgId} and p.user_id = ${member.userId}`)
    return { ...member, personId: person?.person_id ?? '', name: person?.name ?? '' }
  }
  const owner = await makePerson('owner')
  const members = [await makePerson('member'), await makePerson('member'), await makePerson('member')]
  const own = await Promise.all(members.slice(0, 2).map(({ userId }) => makeIngestScope(context, organization, userId)))
  const shared = await makeIngestScope(context, organization)
  const senders = [...own, shared, shared, shared].map((key) => key.scope)
  const claims = [...members.map(({ email }) => email), 'nobody@elsewhere.example', 'other@elsewhere.example', '']

  const next = numbers(timeZone.length * 7)
  const pick = <T>(all: readonly T[]): T => all[next(all.length)] ?? oops()
  const nowMs = context.now.getTime()
  const batches = senders.map((): ReportedRequest[] => [])
  for (let index = 0; index < eventCount; index++) {
    // Half of it lately, a tenth today, the rest over 400 days.
    const spanMs =
      [dayMs, ...Array.from({ length: 5 }, () => 45 * dayMs), ...Array.from({ length: 4 }, () => 400 * dayMs)][next(10)] ?? dayMs
    const [model, provider] = pick(models)
    const claim = pick(claims)
    const output = next(3_000)
    batches[next(batches.length)]?.push(
      makeRequest({
        key: { kind: 'id', id: `r${index}` },
        tool: pick(['api', 'claude-code']),
        occurredAtMs: nowMs - next(spanMs),
        model,
        provider,
        project: pick(projects),
        client: pick(['cli', 'ide', '']),
        outcome: next(9) === 0 ? 'failed' : 'ok',
        claim: claim !== '' ? { namespace: 'email', value: claim } : null,
        costNanos: next(3) === 0 ? null : BigInt(next(2_000_000_000)) * 5n + 3n,
        tokens: {
          uncached: next(9_000),
          cacheRead: next(90_000),
          cacheWrite5m: next(2_000),
          cacheWrite1h: next(500),
          output,
          reasoning: next(output + 1),
        },
      }),
    )
  }
  const send = async (part: (index: number) => boolean, status: 'stored' | 'duplicate') => {
    for (const [index, sender] of senders.entries()) {
      const verdicts = await recordRequests(
        sender,
        (batches[index] ?? []).filter((_, position) => part(position)),
      )
      expect(new Set(verdicts.map((verdict) => verdict.status))).toEqual(new Set([status]))
    }
  }
  await send((position) => position % 3 > 0, 'stored')
  await rollUp(context)
  await send((position) => position % 3 === 0, 'stored')
  await send(() => true, 'duplicate')
  const { remaining } = await rollUp(context)
  expect(remaining).toBe(0)

  // One person was erased at their request: their usage stays, their name and address do not.
  const erased = members[2]
  await database.db.execute(
    sql`update people set erased_at = ${context.now.toISOString()} where org_id = ${orgId} and person_id = ${erased?.personId}`,
  )
  const people = new Map<string, KnownPerson>(
    [owner, ...members].map(({ personId, name, email }) => [
      personId,
      personId === erased?.personId ? { name: 'Removed person', email: null } : { name, email },
    ]),
  )
  return { orgId, owner, members, people, recorded: eventCount }
}

function oops(): never {
  throw new Error('nothing to pick from')
}
