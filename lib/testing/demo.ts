import { sql } from 'drizzle-orm'
import { openDatabase } from '@/db/client'
import { organizations } from '@/db/schema'
import { keyScope, systemScope } from '@/lib/access/scope'
import type { Context, Scope } from '@/lib/access/scope'
import { AppError, assert } from '@/lib/errors'
import { countActiveUsers, rollUp, stampHourly } from '@/lib/rollups/commands'
import { readLogs } from '@/lib/telemetry/read'
import { recordRequests, touchKey } from '@/lib/usage/commands'
import { readUsageEvents } from '@/lib/usage/input'
import type { Rejection, ReportedRequest } from '@/lib/usage/request'
import { generateBatches } from './demo/batches'
import type { DemoBatch } from './demo/batches'
import { findKeys, listSenderKeys, makeScriptKey, scriptKeyText, senderKeyText, settlePeople, todayOf } from './demo/people'
import type { KeyRing } from './demo/people'
import { demoSeed, planDemo } from './demo/plan'
import type { DemoOrganization, DemoPerson, DemoPlan, DemoRole, DemoSize } from './demo/plan'

/** What a script needs to use the demo: an ingest key per organization, and someone of every role. */
export type DemoManifest = {
  /** An owner, whom `OPERATOR_EMAILS` should name. */
  operatorEmail: string
  organizations: {
    slug: string
    name: string
    ingestKey: string
    people: { role: DemoRole; name: string; email: string }[]
  }[]
}

export type FillDemo = {
  /** A migrated database, as its owner. */
  databaseUrl: string
  /** A secret of this installation, from which the demo's keys are made: the same one gives the same manifest at every start. */
  keySecret: string
  onProgress?: (line: string) => void
  seed?: number
  /** The instant at which the history ends; the clock's when left out. */
  today?: Date
  size?: DemoSize
}

/** How many batches are being stored at a time. */
const batchesAtOnce = 4

/**
 * Fills a database with the demo through the product's own commands and ingest path, and answers how to use it. Does nothing
 * where the demo is complete, goes on where an earlier fill was interrupted, and refuses a database that somebody uses for real.
 */
export async function fillDemo({ databaseUrl, keySecret, onProgress = () => {}, seed = demoSeed, today = new Date(), size = 'full' }: FillDemo): Promise<DemoManifest> {
  const ring = { seed, secret: keySecret }
  const { db, close } = openDatabase(databaseUrl, { max: batchesAtOnce + 4, name: 'outlay demo' })
  try {
    const context: Context = { db, now: today, origin: null }
    const begunFor = await findBegun(context, planDemo({ seed, today, size }))
    const plan = planDemo({ seed, today: begunFor ?? today, size })
    if (!(await isComplete(context, plan, ring))) await fill({ ...context, now: plan.today }, { plan, ring, databaseUrl, onProgress })
    return manifestOf(plan, ring)
  } finally {
    await close()
  }
}

/** The present of the demo that is in the database, complete or not; null where the database is empty. */
async function findBegun(context: Context, plan: DemoPlan): Promise<Date | null> {
  const rows = await context.db.select({ slug: organizations.slug, createdAt: organizations.createdAt }).from(organizations).orderBy(organizations.slug).limit(20)
  const ours = new Set(plan.organizations.map(({ slug }) => slug))
  const foreign = rows.filter(({ slug }) => !ours.has(slug)).map(({ slug }) => slug)
  if (foreign.length > 0) {
    throw new AppError(
      'conflict',
      `The database holds organizations that are not the demo's (${foreign.slice(0, 3).join(', ')}${foreign.length > 3 ? ', …' : ''}). Give the demo an empty database.`,
    )
  }
  const first = rows.find(({ slug }) => slug === plan.organizations[0]?.slug)
  return first ? todayOf(first.createdAt, plan.size) : null
}

/** The last thing that a fill makes is a key for scripts in every organization. */
async function isComplete(context: Context, plan: DemoPlan, ring: KeyRing): Promise<boolean> {
  const known = await findKeys(context, plan.organizations.map(({ slug }) => scriptKeyText(ring, slug)))
  return known.size === plan.organizations.length
}

type Fill = { plan: DemoPlan; ring: KeyRing; databaseUrl: string; onProgress: (line: string) => void }

async function fill(context: Context, { plan, ring, databaseUrl, onProgress }: Fill): Promise<void> {
  const people = plan.organizations.reduce((sum, organization) => sum + organization.people.filter(({ role }) => role !== null).length, 0)
  onProgress(`${people} people join ${plan.organizations.length} organizations …`)
  await Promise.all(plan.organizations.map((organization) => settlePeople(context, plan, organization, ring)))
  await ingest(context, { plan, ring, databaseUrl, onProgress })
  onProgress('Counting the last hours …')
  await rollUpAll(context)
  await countActiveUsers(context)
  await stampHourly(context)
  onProgress('Gathering statistics for the planner …')
  await analyze(databaseUrl)
  for (const organization of plan.organizations) await makeScriptKey(context, organization, ring)
}

/** Sends every batch under its key, a few at a time, and rolls up behind them. */
async function ingest(context: Context, { plan, ring, onProgress }: Fill): Promise<void> {
  const scopes = await openScopes(context, plan, ring)
  const lastUsedMs = new Map<string, number>()
  const underWay = new Set<Promise<void>>()
  let stored = 0
  let saidPercent = -1
  for (const batch of generateBatches(plan)) {
    const keyText = senderKeyText(ring, batch.organization, batch.person)
    const scope = scopes.get(keyText)
    assert(scope, 'every batch has a key')
    const requests = readBatch(batch)
    lastUsedMs.set(keyText, requests.reduce((latest, { occurredAtMs }) => Math.max(latest, occurredAtMs), lastUsedMs.get(keyText) ?? 0))
    const sending = storeBatch(scope, batch, requests).finally(() => underWay.delete(sending))
    underWay.add(sending)
    if (underWay.size >= batchesAtOnce) await Promise.race(underWay)
    stored += batch.count
    const percent = Math.floor(batch.progress * 100)
    if (percent > saidPercent) onProgress(`${stored.toLocaleString('en')} requests sent, ${percent} % of ${spanOf(plan)} days`)
    saidPercent = percent
  }
  await Promise.all(underWay)
  for (const [keyText, atMs] of lastUsedMs) {
    const scope = scopes.get(keyText)
    if (scope) await touchKey({ ...scope, now: new Date(atMs) })
  }
}

/** Reads a batch as the ingest routes do. The demo never sends what they would refuse. */
function readBatch(batch: DemoBatch): ReportedRequest[] {
  if (batch.kind === 'otlp') {
    const { requests, rejections } = readLogs(batch.bytes, batch.contentType === 'application/json' ? 'json' : 'protobuf')
    assertAccepted(rejections)
    return requests
  }
  return readUsageEvents(batch.bytes, 'lines').flatMap((event) => {
    if ('request' in event) return [event.request]
    assertAccepted([event.rejection])
    return []
  })
}

async function storeBatch(scope: Scope<'usage:ingest'>, batch: DemoBatch, requests: readonly ReportedRequest[]): Promise<void> {
  assert(requests.length === batch.count, 'every request of a batch is read')
  const verdicts = await recordRequests(scope, requests)
  assertAccepted(verdicts.flatMap((verdict) => (verdict.status === 'rejected' ? [verdict.rejection] : [])))
}

function assertAccepted(rejections: readonly Rejection[]): void {
  const [first] = rejections
  assert(first === undefined, `the demo sends nothing that is refused: ${first?.message}`)
}

/** The scope of every key that sends, by its text. Leavers' keys are among them: their history came before they left. */
async function openScopes(context: Context, plan: DemoPlan, ring: KeyRing): Promise<Map<string, Scope<'usage:ingest'>>> {
  const scopes = new Map<string, Scope<'usage:ingest'>>()
  for (const organization of plan.organizations) {
    const { orgId, organization: facts } = await systemScope<'org:read'>(context, organization.slug, 'demo')
    for (const [keyText, key] of await findKeys(context, listSenderKeys(organization, ring))) {
      scopes.set(keyText, keyScope(context, { orgId, organization: facts, ...key }, 'usage:ingest'))
    }
  }
  return scopes
}

async function rollUpAll(context: Context): Promise<void> {
  for (;;) {
    const { hours, remaining } = await rollUp(context)
    if (remaining === 0) return
    assert(hours > 0, 'marked hours can be rolled up')
  }
}

/** A filled table that was never analyzed is planned as if it were empty, and the first pages would be slow until autovacuum comes by. */
async function analyze(databaseUrl: string): Promise<void> {
  const owner = openDatabase(databaseUrl, { max: 1, as: 'owner', name: 'outlay demo' })
  try {
    await owner.db.execute(sql`vacuum (analyze)`)
  } finally {
    await owner.close()
  }
}

function spanOf(plan: DemoPlan): number {
  return Math.max(...plan.organizations.map(({ firstDay, lastDay }) => lastDay - firstDay + 1))
}

/** Nothing of it is kept: people follow from the plan, and keys from the secret. */
function manifestOf(plan: DemoPlan, ring: KeyRing): DemoManifest {
  const manifest = plan.organizations.map((organization) => ({
    slug: organization.slug,
    name: organization.name,
    ingestKey: scriptKeyText(ring, organization.slug),
    people: (['owner', 'admin', 'billing', 'member'] as const).map((role) => personOf(organization, role)),
  }))
  const operator = manifest.find(({ slug }) => slug === 'acme-robotics')?.people.find(({ role }) => role === 'owner')
  assert(operator, 'the demo has an operator')
  return { operatorEmail: operator.email, organizations: manifest }
}

/** The member of this role whose own key has sent most: there is something to see for them. */
function personOf(organization: DemoOrganization, role: DemoRole): { role: DemoRole; name: string; email: string } {
  const amountOf = ({ habit, joinedOn }: DemoPerson) => habit.requestsPerDay * habit.attendance * (organization.lastDay - joinedOn)
  const [person] = organization.people
    .filter((person) => person.role === role && person.leftOn === null && !person.isGuest && !person.isOnOrganizationKey)
    .sort((a, b) => amountOf(b) - amountOf(a) || a.index - b.index)
  assert(person && person.email !== null, `${organization.name} has someone of the role ${role}`)
  return { role, name: person.name, email: person.email }
}
