import { and, eq, inArray, sql } from 'drizzle-orm'
import type { Sql } from 'postgres'
import { isRetryable } from '@/db/errors'
import { costKinds, nameKinds, otherNameId, outcomes, requestPaths, unknownNameId } from '@/db/enums'
import type { NameKind } from '@/db/enums'
import { identities, keys, names, people, rejections, users } from '@/db/schema'
import type { Scope } from '@/lib/access/scope'
import { assert } from '@/lib/errors'
import { canonicalEmail } from '@/lib/identity/account'
import { admissionAt, refuse } from './admission'
import { keyEvent, keySession } from './event-key'
import { estimateCost, priceVersion } from './prices'
import type { Rejection, ReportedRequest } from './request'
import { eventColumns, lockBasesSql, storeEventsSql } from './store'
import type { EventRow } from './store'

/** What became of one reported request. A duplicate was stored before, by this path or another, and counts once. */
export type Verdict = { status: 'stored' } | { status: 'duplicate' } | { status: 'rejected'; rejection: Rejection }

/** How many events one statement stores. */
const eventsPerStatementMax = 1_000

/** How often a statement that lost a deadlock is tried again. */
const triesMax = 5

/**
 * Stores requests, each once, and marks the hours they touch, atomically per thousand: what this answers for is committed. A resend is harmless.
 * Answers a verdict per request, in order.
 */
export async function recordRequests(scope: Scope<'usage:ingest'>, requests: readonly ReportedRequest[]): Promise<Verdict[]> {
  const admission = admissionAt(scope.now, scope.organization.retentionMonths)
  const verdicts: Verdict[] = []
  const admitted: { request: ReportedRequest; index: number }[] = []
  requests.forEach((request, index) => {
    const rejection = refuse(request, admission)
    verdicts.push(rejection ? { status: 'rejected', rejection } : { status: 'duplicate' })
    if (!rejection) admitted.push({ request, index })
  })
  for (let start = 0; start < admitted.length; start += eventsPerStatementMax) {
    const batch = admitted.slice(start, start + eventsPerStatementMax)
    const rows = await resolveRows(
      scope,
      batch.map(({ request }) => request),
    )
    const stored = await storeRows(scope, rows)
    rows.forEach((row, position) => {
      const index = batch[position]?.index
      // The first of identical ones in a batch is the stored one; `delete` answers true once.
      if (index !== undefined && stored.delete(storedKey(row.eventId, row.occurredAtMs))) verdicts[index] = { status: 'stored' }
    })
  }
  return verdicts
}

/** Counts refused records on the key, per UTC day and reason, with the last sentence answered, for whoever looks after the key. */
export async function recordRejections(scope: Scope<'usage:ingest'>, refused: readonly Rejection[]): Promise<void> {
  if (refused.length === 0 || scope.actor.kind !== 'key') return
  const { keyId } = scope.actor
  const day = scope.now.toISOString().slice(0, 10)
  const byReason = new Map<string, { count: number; lastMessage: string }>()
  for (const { reason, message } of refused) {
    byReason.set(reason, { count: (byReason.get(reason)?.count ?? 0) + 1, lastMessage: message.slice(0, 500) })
  }
  await scope.db
    .insert(rejections)
    .values(
      [...byReason].sort().map(([reason, { count, lastMessage }]) => ({
        orgId: scope.orgId,
        keyId,
        day,
        reason,
        count,
        lastMessage,
        lastAt: scope.now,
      })),
    )
    .onConflictDoUpdate({
      target: [rejections.orgId, rejections.keyId, rejections.day, rejections.reason],
      set: {
        count: sql`${rejections.count} + excluded.count`,
        lastMessage: sql`excluded.last_message`,
        lastAt: sql`excluded.last_at`,
      },
    })
}

/** Notes that a key was used, at most once a minute, so that a busy key costs no write per request. */
export async function touchKey(scope: Scope<'usage:ingest'>): Promise<void> {
  if (scope.actor.kind !== 'key') return
  await scope.db
    .update(keys)
    .set({ lastUsedAt: scope.now })
    .where(
      and(
        eq(keys.orgId, scope.orgId),
        eq(keys.keyId, scope.actor.keyId),
        sql`(${keys.lastUsedAt} is null or ${keys.lastUsedAt} < ${scope.now.toISOString()}::timestamptz - interval '1 minute')`,
      ),
    )
}

/** Turns requests into rows: keys hashed, words and identities as ids, costs known or estimated. */
async function resolveRows(scope: Scope<'usage:ingest'>, requests: readonly ReportedRequest[]): Promise<EventRow[]> {
  const words = await resolveNames(scope, requests)
  const identityIds = await resolveIdentities(scope, requests)
  return requests.map((request) => {
    const id = (kind: NameKind, value: string) => (value === '' ? unknownNameId : (words[kind].get(value) ?? otherNameId))
    const { eventId, baseId, isShared } = keyEvent(scope.orgId, request)
    const estimate = request.costNanos === null ? estimateCost(request) : null
    const costKind = request.costNanos !== null ? 'metered' : estimate !== null ? 'estimated' : 'unpriced'
    return {
      eventId,
      baseId,
      isShared,
      path: requestPaths[request.path],
      occurredAtMs: request.occurredAtMs,
      costNanos: request.costNanos ?? estimate ?? 0n,
      costKind: costKinds[costKind],
      priceVersionId: costKind === 'estimated' ? id('price_version', priceVersion) : unknownNameId,
      creditsMicrocredits: request.creditsMicrocredits,
      sessionId: keySession(scope.orgId, request),
      tokens: request.tokens,
      latencyMs: request.latencyMs,
      ttftMs: request.ttftMs,
      identityId: identityIds.get(claimKey(claimOf(scope, request))) ?? 0,
      modelId: id('model', modelName(request)),
      providerId: id('provider', request.provider),
      clientId: id('client', request.client),
      clientVersionId: id('client_version', request.clientVersion),
      projectId: id('project', request.project),
      languageId: id('language', request.language),
      modeId: id('mode', request.mode),
      tierId: unknownNameId,
      sourceId: id('source', request.tool),
      profileId: id('profile', request.profile),
      outcome: outcomes[request.outcome],
      settles: scope.actor.kind === 'key' && scope.actor.settles,
    }
  })
}

/** One statement per batch, tried again when it lost a deadlock against another batch with the same events. */
async function storeRows(scope: Scope<'usage:ingest'>, rows: readonly EventRow[]): Promise<Set<string>> {
  const client = poolOf(scope)
  // One order for all writers: batches that share events then wait for each other instead of deadlocking.
  const sorted = [...rows].sort((a, b) => (a.eventId < b.eventId ? -1 : 1))
  const parameters = [String(scope.orgId), ...eventColumns.map(({ literal }) => `{${sorted.map(literal).join(',')}}`)]
  for (let attempt = 1; ; attempt++) {
    try {
      const store = (on: Pick<Sql, 'unsafe'>) =>
        on.unsafe<{ event_id: string; occurred_at_ms: number }[]>(storeEventsSql, parameters, { prepare: true })
      const stored = sorted.some(({ baseId }) => baseId !== null)
        ? await client.begin(async (transaction) => {
            await transaction.unsafe(lockBasesSql, [String(scope.orgId)])
            return store(transaction)
          })
        : await store(client)
      return new Set(stored.map((row) => storedKey(row.event_id, row.occurred_at_ms)))
    } catch (error) {
      if (!isRetryable(error) || attempt === triesMax) throw error
    }
  }
}

const storedKey = (eventId: string, occurredAtMs: number) => `${eventId} ${occurredAtMs}`

function poolOf(scope: Scope<'usage:ingest'>): Sql {
  const client = scope.db.$client
  assert(client, 'events are stored outside of transactions, each batch in a statement of its own')
  return client
}

// Dictionaries. Names and identities are never removed, so that a process may remember what it has seen.

/** How many different words of a kind an organization may have; past it they are stored as *other*. */
const namesMax: Readonly<Record<NameKind, number>> = {
  model: 2_000,
  provider: 200,
  client: 200,
  client_version: 5_000,
  project: 20_000,
  language: 500,
  mode: 1_000,
  tier: 100,
  source: 200,
  profile: 200,
  price_version: 10_000,
}

/** How many identities an organization may have; past it usage is stored without one. */
const identitiesMax = 200_000

/** How many organizations' words a process remembers before it starts over. */
const rememberedOrganizationsMax = 2_000

/** How many addresses as they came a process remembers the canonical form of, per organization, before it starts over. */
const rememberedEmailsMax = 10_000

/** Words by kind, identities by namespace and claim, and addresses as they came: plain look-ups, since each event takes a dozen of them. */
type Words = Readonly<Record<NameKind, Map<string, number>>>
type Memory = { words: Words; identities: Map<string, number>; canonicalEmails: Map<string, string> }
const memories = new WeakMap<Sql, Map<number, Memory>>()

function memoryOf(scope: Scope<'usage:ingest'>): Memory {
  const client = poolOf(scope)
  let organizations = memories.get(client)
  if (!organizations || organizations.size > rememberedOrganizationsMax) {
    organizations = new Map()
    memories.set(client, organizations)
  }
  let memory = organizations.get(scope.orgId)
  if (!memory) {
    memory = { words: noWords(), identities: new Map(), canonicalEmails: new Map() }
    organizations.set(scope.orgId, memory)
  }
  return memory
}

/** A model's name in the dictionaries and on screens: `provider/model`, or the bare model when its provider is unknown. */
function modelName(request: ReportedRequest): string {
  return request.provider === '' ? request.model : `${request.provider}/${request.model}`
}

function noWords(): Words {
  return {
    model: new Map(),
    provider: new Map(),
    client: new Map(),
    client_version: new Map(),
    project: new Map(),
    language: new Map(),
    mode: new Map(),
    tier: new Map(),
    source: new Map(),
    profile: new Map(),
    price_version: new Map(),
  }
}

/** The words of a request by kind. */
const wordReaders: readonly [NameKind, (request: ReportedRequest) => string][] = [
  ['model', modelName],
  ['provider', (request) => request.provider],
  ['client', (request) => request.client],
  ['client_version', (request) => request.clientVersion],
  ['project', (request) => request.project],
  ['language', (request) => request.language],
  ['mode', (request) => request.mode],
  ['source', (request) => request.tool],
  ['profile', (request) => request.profile],
  ['price_version', () => priceVersion],
]

async function resolveNames(scope: Scope<'usage:ingest'>, requests: readonly ReportedRequest[]): Promise<Words> {
  const { words } = memoryOf(scope)
  for (const [kind, read] of wordReaders) {
    const known = words[kind]
    const missing = new Set<string>()
    for (const request of requests) {
      const value = read(request)
      if (value !== '' && !known.has(value)) missing.add(value)
    }
    if (missing.size === 0) continue
    for (const [value, id] of await addNames(scope, kind, [...missing])) {
      // What is *other* is so without being remembered: odd strings cannot fill this process either.
      if (id !== otherNameId || known.size < namesMax[kind] * 2) known.set(value, id)
    }
  }
  return words
}

/** The ids of words, new ones added under a lock of the organization's dictionary, up to the cap. */
async function addNames(scope: Scope<'usage:ingest'>, kind: NameKind, values: string[]): Promise<Map<string, number>> {
  return scope.db.transaction(async (transaction) => {
    await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`names:${scope.orgId}`}, 0))`)
    const known = await transaction
      .select({ value: names.value, id: names.nameId })
      .from(names)
      .where(and(eq(names.orgId, scope.orgId), eq(names.kind, nameKinds[kind]), inArray(names.value, values)))
    const ids = new Map(known.map(({ value, id }) => [value, id]))
    const [last] = await transaction
      .select({ id: sql<number>`coalesce(max(${names.nameId}), ${otherNameId})::int` })
      .from(names)
      .where(and(eq(names.orgId, scope.orgId), eq(names.kind, nameKinds[kind])))
    let next = (last?.id ?? otherNameId) + 1
    const added: { value: string; id: number }[] = []
    for (const value of values) {
      if (ids.has(value)) continue
      if (next > otherNameId + namesMax[kind]) {
        ids.set(value, otherNameId)
        continue
      }
      added.push({ value, id: next })
      ids.set(value, next++)
    }
    if (added.length > 0) {
      await transaction
        .insert(names)
        .values(added.map(({ value, id }) => ({ orgId: scope.orgId, kind: nameKinds[kind], nameId: id, value })))
    }
    return ids
  })
}

/** Who made a request: a person's key says so by itself; under an organization's key the source's claim is believed. */
function claimOf(scope: Scope<'usage:ingest'>, request: ReportedRequest): { namespace: string; value: string } | null {
  if (scope.actor.kind === 'key' && scope.actor.userId !== null) return { namespace: 'member', value: scope.actor.userId }
  const claim = request.claim
  if (!claim || claim.value === '') return null
  return claim.namespace === 'email' ? { namespace: 'email', value: canonicalClaim(scope, claim.value) } : claim
}

function canonicalClaim(scope: Scope<'usage:ingest'>, email: string): string {
  const { canonicalEmails } = memoryOf(scope)
  const known = canonicalEmails.get(email)
  if (known !== undefined) return known
  if (canonicalEmails.size >= rememberedEmailsMax) canonicalEmails.clear()
  const canonical = canonicalEmail(email) ?? email
  canonicalEmails.set(email, canonical)
  return canonical
}

const claimKey = (claim: { namespace: string; value: string } | null) =>
  claim === null ? '' : `${claim.namespace}\u0000${claim.value}`

async function resolveIdentities(
  scope: Scope<'usage:ingest'>,
  requests: readonly ReportedRequest[],
): Promise<Map<string, number>> {
  const memory = memoryOf(scope).identities
  const missing = new Map<string, { namespace: string; value: string }>()
  for (const request of requests) {
    const claim = claimOf(scope, request)
    if (claim && !memory.has(claimKey(claim))) missing.set(claimKey(claim), claim)
  }
  if (missing.size === 0) return memory
  const added = await scope.db.transaction(async (transaction) => {
    await transaction.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`identities:${scope.orgId}`}, 0))`)
    const ids = new Map<string, number>()
    for (const [key, claim] of missing) {
      const [known] = await transaction
        .select({ id: identities.identityId })
        .from(identities)
        .where(
          and(eq(identities.orgId, scope.orgId), eq(identities.namespace, claim.namespace), eq(identities.claim, claim.value)),
        )
      if (known) {
        ids.set(key, known.id)
        continue
      }
      const [last] = await transaction
        .select({ id: sql<number>`coalesce(max(${identities.identityId}), 0)::int` })
        .from(identities)
        .where(eq(identities.orgId, scope.orgId))
      const identityId = (last?.id ?? 0) + 1
      if (identityId > identitiesMax) continue
      const personId = await findPersonOfClaim({ ...scope, db: transaction }, claim)
      await transaction.insert(identities).values({
        orgId: scope.orgId,
        identityId,
        namespace: claim.namespace,
        claim: claim.value,
        personId,
        createdAt: scope.now,
      })
      ids.set(key, identityId)
    }
    return ids
  })
  for (const [key, id] of added) memory.set(key, id)
  return memory
}

/** The person whom a new identity is: a key's owner, or the member with that verified e-mail. */
async function findPersonOfClaim(
  scope: Scope<'usage:ingest'>,
  claim: { namespace: string; value: string },
): Promise<string | null> {
  if (claim.namespace !== 'member' && claim.namespace !== 'email') return null
  const [person] = await scope.db
    .select({ personId: people.personId })
    .from(people)
    .innerJoin(users, eq(users.userId, people.userId))
    .where(
      and(
        eq(people.orgId, scope.orgId),
        claim.namespace === 'member' ? eq(users.userId, claim.value) : eq(users.email, claim.value),
      ),
    )
  return person?.personId ?? null
}
