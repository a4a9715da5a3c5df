import { countDistinct, desc, eq, sql } from 'drizzle-orm'
import { openDatabase } from '@/db/client'
import { dirtyHours, organizations } from '@/db/schema'
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
import type { DemoRole, DemoSize } from './demo/organizations'
import { demoSeed, planDemo } from './demo/plan'
import type { DemoOrganization, DemoPerson, DemoPlan } from './demo/plan'

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
export async function fillDemo({
  databaseUrl,
  keySecret,
  onProgress = () => {},
  seed = demoSeed,
  today = new Date(),
  size = 'full',
}: FillDemo): Promise<DemoManifest> {
  const ring = { seed, secret: keySecret }
  const { db, close } = openDatabase(databaseUrl, { max: batchesAtOnce + 4, name: 'outlay demo' })
  try {
    const context: Context = { db, now: today, origin: null }
    const begunFor = await findBegun(context, planDemo({ seed, today, size }))
    const plan = planDemo({ seed, today: begunFor ?? today, size })
    if (!(await isComplete(context, plan, ring)))
      await fill({ ...context, now: plan.today }, { plan, ring, databaseUrl, onProgress })
    return manifestOf(plan, ring)
  } finally {
    await close()
  }
}

/**
 * The present of the demo that is in the database, complete or not; null where the database is empty. A database in which others are, and the
 * demo is not, is somebody's: it is refused. Organizations that were made beside the demo are welcome.
 */
async function findBegun(context: Context, plan: DemoPlan): Promise<Date | null> {
  const first = plan.organizations[0]?.slug ?? ''
  const rows = await context.db
    .select({ slug: organizations.slug, createdAt: organizations.createdAt })
    .from(organizations)
    .orderBy(desc(eq(organizations.slug, first)), organizations.slug)
    .limit(4)
  const begun = rows.find(({ slug }) => slug === first)
  if (begun) return todayOf(begun.createdAt, plan.size)
  const ours = new Set(plan.organizations.map(({ slug }) => slug))
  const foreign = rows.filter(({ slug }) => !ours.has(slug)).map(({ slug }) => slug)
  if (foreign.length > 0) {
    throw new AppError(
      'conflict',
      `The database holds organizations that are not the demo's (${foreign.slice(0, 3).join(', ')}${foreign.length > 3 ? ', …' : ''}). Give the demo an empty database.`,
    )
  }
  return null
}

/** The last thing that a fill makes is a key for scripts in every organization. */
async function isComplete(context: Context, plan: DemoPlan, ring: KeyRing): Promise<boolean> {
  const known = await findKeys(
    context,
    plan.organizations.map(({ slug }) => scriptKeyText(ring, slug)),
  )
  return known.size === plan.organizations.length
}

type Fill = { plan: DemoPlan; ring: KeyRing; databaseUrl: string; onProgress: (line: string) => void }

async function fill(context: Context, { plan, ring, databaseUrl, onProgress }: Fill): Promise<void> {
  const people = plan.organizations.reduce(
    (sum, organization) => sum + organization.people.filter(({ role }) => role !== null).length,
    0,
  )
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

/**
 * Sends every batch under its key, a few at a time. What is complete up to some day is rolled up meanwhile: the database has
 * time while batches are made, and no hour is counted twice.
 */
async function ingest(context: Context, { plan, ring, onProgress }: Fill): Promise<void> {
  const senders = await openSenders(context, plan, ring)
  const crew = new Crew(batchesAtOnce)
  const roller = new Crew(1)
  let sent = 0
  let saidPercent = 0
  try {
    for (const batch of generateBatches(plan)) {
      const sender = senders.get(senderKeyText(ring, batch.organization, batch.person))
      assert(sender, 'every batch has a key')
      const requests = readBatch(batch)
      sender.lastUsedMs = requests.reduce((latest, { occurredAtMs }) => Math.max(latest, occurredAtMs), sender.lastUsedMs)
      await crew.give(() => storeBatch(sender.scope, batch, requests))
      sent += batch.count
      const percent = Math.floor(batch.progress * 100)
      if (percent > saidPercent) onProgress(`${sent.toLocaleString('en')} requests sent, ${percent} % of ${spanOf(plan)} days`)
      saidPercent = percent
      if (!batch.isLastOfSpan) continue
      await crew.rest()
      const marked = await listMarkedHours(context)
      await roller.give(() => rollUpMarked(context, marked))
    }
    await roller.rest()
  } finally {
    await Promise.all([crew.down(), roller.down()])
  }
  for (const { scope, lastUsedMs } of senders.values())
    if (lastUsedMs > 0) await touchKey({ ...scope, now: new Date(lastUsedMs) })
}

/** Does a few things at a time. What failed is thrown to whoever gives the next thing, or waits for the rest. */
class Crew {
  private readonly underWay = new Set<Promise<void>>()

  constructor(private readonly sizeMax: number) {}

  /** Begins something, as soon as there are hands. */
  async give(work: () => Promise<void>): Promise<void> {
    while (this.underWay.size >= this.sizeMax) await Promise.race(this.underWay)
    // What fails stays, so that the next race or rest throws it; until then it must not count as unhandled.
    const begun: Promise<void> = work().then(() => void this.underWay.delete(begun))
    begun.catch(() => {})
    this.underWay.add(begun)
  }

  /** Waits until everything is done. */
  async rest(): Promise<void> {
    await Promise.all(this.underWay)
  }

  /** Waits until nothing runs any more, however it ended. */
  async down(): Promise<void> {
    await Promise.allSettled(this.underWay)
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

type Sender = { readonly scope: Scope<'usage:ingest'>; lastUsedMs: number }

/** The scope of every key that sends, by its text. Leavers' keys are among them: their history came before they left. */
async function openSenders(context: Context, plan: DemoPlan, ring: KeyRing): Promise<Map<string, Sender>> {
  const senders = new Map<string, Sender>()
  for (const organization of plan.organizations) {
    const { orgId, organization: facts } = await systemScope<'org:read'>(context, organization.slug, 'demo')
    for (const [keyText, key] of await findKeys(context, listSenderKeys(organization, ring))) {
      senders.set(keyText, { scope: keyScope(context, { orgId, organization: facts, ...key }, 'usage:ingest'), lastUsedMs: 0 })
    }
  }
  return senders
}

type MarkedHours = { orgId: number; hours: number }[]

async function listMarkedHours(context: Context): Promise<MarkedHours> {
  return context.db
    .select({ orgId: dirtyHours.orgId, hours: countDistinct(dirtyHours.utcHour) })
    .from(dirtyHours)
    .groupBy(dirtyHours.orgId)
    .orderBy(dirtyHours.orgId)
    .limit(100)
}

/** Rolls up so many hours of each organization, the oldest first: those that later batches mark meanwhile are left to the next time. */
async function rollUpMarked(context: Context, marked: MarkedHours): Promise<void> {
  for (const { orgId, hours } of marked) await rollUp(context, { hoursMax: hours, orgId })
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
  const amountOf = ({ habit, joinedOn }: DemoPerson) =>
    habit.requestsPerDay * habit.attendance * (organization.lastDay - joinedOn)
  const [person] = organization.people
    .filter((person) => person.role === role && person.leftOn === null && !person.isGuest && !person.isOnOrganizationKey)
    .sort((a, b) => amountOf(b) - amountOf(a) || a.index - b.index)
  assert(person && person.email !== null, `${organization.name} has someone of the role ${role}`)
  return { role, name: person.name, email: person.email }
}
