import { and, asc, count, eq, sum } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { costKinds, nameKinds, otherNameId } from '@/db/enums'
import { identities, names, rejections, usageEvents } from '@/db/schema'
import { makeIngestScope, makeMember, makeOrganization, makeRequest } from '@/lib/testing/factory'
import { useDatabase } from '@/lib/testing/harness'
import { recordRejections, recordRequests } from './commands'
import { priceVersion } from './prices'
import type { ReportedRequest } from './request'

const database = useDatabase()
const now = '2026-11-20T12:00:00.000Z'
const dayMs = 86_400_000

async function makeSender() {
  const context = database.at(now)
  const organization = await makeOrganization(context)
  const { scope } = await makeIngestScope(context, organization)
  const send = async (...requests: ReportedRequest[]) => (await recordRequests(scope, requests)).map(({ status }) => status)
  return { orgId: organization.orgId, organization, scope, send }
}

async function totalOf(orgId: number) {
  const [row] = await database.db
    .select({ events: count(), nanos: sum(usageEvents.costNanos) })
    .from(usageEvents)
    .where(eq(usageEvents.orgId, orgId))
  return row
}

describe('a request counts once', () => {
  it('by two paths with two times, whichever comes first', async () => {
    for (const order of [
      ['telemetry', 'api'],
      ['api', 'telemetry'],
    ] as const) {
      const { orgId, send } = await makeSender()
      const request = makeRequest({ tool: 'claude-code', key: { kind: 'id', id: 'req_1' } })
      expect(await send({ ...request, path: order[0] })).toEqual(['stored'])
      expect(await send({ ...request, path: order[1], occurredAtMs: request.occurredAtMs + 1_234 })).toEqual(['duplicate'])
      expect(await totalOf(orgId)).toEqual({ events: 1, nanos: '1000000' })
    }
  })

  it('in one batch: the first is the stored one, and every verdict stands at its place', async () => {
    const { send } = await makeSender()
    const [first, second] = [makeRequest(), makeRequest()]
    const bad = makeRequest({ model: '' })
    expect(await send(first, first, bad, second, first, second)).toEqual([
      'stored',
      'duplicate',
      'rejected',
      'stored',
      'duplicate',
      'duplicate',
    ])
  })

  it('when its batch of 400 days ago is sent again today', async () => {
    const { orgId, send } = await makeSender()
    const at = Date.parse(now) - 400 * dayMs
    const batch = Array.from({ length: 50 }, (_, index) =>
      makeRequest({ tool: index % 2 ? 'claude-code' : 'api', occurredAtMs: at + index }),
    )
    expect(new Set(await send(...batch))).toEqual(new Set(['stored']))
    expect(new Set(await send(...batch.toReversed()))).toEqual(new Set(['duplicate']))
    expect((await totalOf(orgId))?.events).toBe(50)
  })

  it('when eight senders send it at the same moment, in different orders', async () => {
    const { orgId, send } = await makeSender()
    const batch = Array.from({ length: 200 }, (_, index) => makeRequest({ tool: index % 2 ? 'claude-code' : 'api' }))
    const verdicts = await Promise.all(
      Array.from({ length: 8 }, (_, sender) => send(...batch.slice(sender * 20), ...batch.slice(0, sender * 20))),
    )
    expect(verdicts.flat().filter((status) => status === 'stored')).toHaveLength(200)
    expect((await totalOf(orgId))?.events).toBe(200)
  })

  it('within one organization: the same id in another one is another request', async () => {
    const [ours, theirs] = [await makeSender(), await makeSender()]
    const request = makeRequest({ tool: 'claude-code' })
    expect(await ours.send(request)).toEqual(['stored'])
    expect(await theirs.send(request)).toEqual(['stored'])
    expect((await totalOf(ours.orgId))?.events).toBe(1)
  })
})

describe('a cost', () => {
  it('is as reported, else estimated with its catalog, else unpriced', async () => {
    const { orgId, send } = await makeSender()
    await send(
      makeRequest({ occurredAtMs: Date.parse(now), costNanos: 7_219_500n }),
      makeRequest({ occurredAtMs: Date.parse(now) + 1, costNanos: null }),
      makeRequest({ occurredAtMs: Date.parse(now) + 2, costNanos: null, model: 'kite-mini-3b' }),
      makeRequest({ occurredAtMs: Date.parse(now) + 3, costNanos: 0n }),
    )
    const rows = await database.db
      .select({ kind: usageEvents.costKind, nanos: usageEvents.costNanos, catalog: names.value })
      .from(usageEvents)
      .leftJoin(
        names,
        and(
          eq(names.orgId, usageEvents.orgId),
          eq(names.kind, nameKinds.price_version),
          eq(names.nameId, usageEvents.priceVersionId),
        ),
      )
      .where(eq(usageEvents.orgId, orgId))
      .orderBy(asc(usageEvents.occurredAt))
    expect(rows).toEqual([
      { kind: costKinds.metered, nanos: 7_219_500n, catalog: null },
      // 100 tokens in at $3 a million, 10 out at $15.
      { kind: costKinds.estimated, nanos: 450_000n, catalog: priceVersion },
      { kind: costKinds.unpriced, nanos: 0n, catalog: null },
      { kind: costKinds.metered, nanos: 0n, catalog: null },
    ])
  })
})

describe('words', () => {
  it('past the cap of their kind are stored as *other*, and no spend is lost for a name', async () => {
    const { orgId, send } = await makeSender()
    const requests = Array.from({ length: 230 }, (_, index) => makeRequest({ client: `client-${index}` }))
    expect(new Set(await send(...requests))).toEqual(new Set(['stored']))
    expect(await totalOf(orgId)).toEqual({ events: 230, nanos: '230000000' })
    const [others] = await database.db
      .select({ events: count() })
      .from(usageEvents)
      .where(and(eq(usageEvents.orgId, orgId), eq(usageEvents.clientId, otherNameId)))
    expect(others).toEqual({ events: 30 })
  })

  it('are an organization’s own: one’s odd strings take no id from another', async () => {
    const [ours, theirs] = [await makeSender(), await makeSender()]
    await ours.send(...Array.from({ length: 50 }, (_, index) => makeRequest({ project: `project-${index}` })))
    await theirs.send(makeRequest({ project: 'alone' }))
    const rows = await database.db
      .select({ value: names.value })
      .from(names)
      .where(and(eq(names.orgId, theirs.orgId), eq(names.kind, nameKinds.project)))
    expect(rows).toEqual([{ value: 'alone' }])
  })
})

describe('who made a request', () => {
  it('is the key’s owner under a person’s key, whatever the payload claims', async () => {
    const { orgId, organization } = await makeSender()
    const context = database.at(now)
    const member = await makeMember(context, organization)
    const own = await makeIngestScope(context, organization, member.userId)
    await recordRequests(own.scope, [makeRequest({ claim: { namespace: 'email', value: 'boss@people.example' } })])
    const rows = await database.db
      .select({ namespace: identities.namespace, claim: identities.claim })
      .from(identities)
      .where(eq(identities.orgId, orgId))
    expect(rows).toEqual([{ namespace: 'member', claim: member.userId }])
  })

  it('is one identity however an address is written, and the member with that address', async () => {
    const { orgId, organization, send } = await makeSender()
    const member = await makeMember(database.at(now), organization)
    await send(
      ...[member.email, member.email.toUpperCase(), ` ${member.email} `].map((value) =>
        makeRequest({ claim: { namespace: 'email', value } }),
      ),
    )
    const rows = await database.db
      .select({ claim: identities.claim, personId: identities.personId })
      .from(identities)
      .where(eq(identities.orgId, orgId))
    expect(rows).toEqual([{ claim: member.email, personId: expect.any(String) }])
  })
})

describe('what is refused', () => {
  it('is counted on the key by day and reason, with the last sentence, and adds up', async () => {
    const { orgId, scope } = await makeSender()
    await recordRejections(scope, [
      { reason: 'too_old', message: 'first' },
      { reason: 'invalid_count', message: 'a count' },
      { reason: 'too_old', message: 'second' },
    ])
    await recordRejections(scope, [{ reason: 'too_old', message: 'third' }])
    const rows = await database.db
      .select({ day: rejections.day, reason: rejections.reason, count: rejections.count, last: rejections.lastMessage })
      .from(rejections)
      .where(eq(rejections.orgId, orgId))
      .orderBy(asc(rejections.reason))
    expect(rows).toEqual([
      { day: '2026-11-20', reason: 'invalid_count', count: 1, last: 'a count' },
      { day: '2026-11-20', reason: 'too_old', count: 3, last: 'third' },
    ])
  })

  it.each<[string, Partial<ReportedRequest>, string]>([
    ['before what the organization keeps', { occurredAtMs: Date.parse('2024-10-20T11:59:59.999Z') }, 'too_old'],
    ['more than ten minutes ahead', { occurredAtMs: Date.parse(now) + 600_001 }, 'in_the_future'],
    ['with a negative count', { tokens: { ...makeRequest().tokens, output: -1 } }, 'invalid_count'],
    ['with a fractional count', { tokens: { ...makeRequest().tokens, output: 0.5 } }, 'invalid_count'],
    ['with an absurd count', { tokens: { ...makeRequest().tokens, output: 100_000_001 } }, 'invalid_count'],
    ['with more reasoning than output', { tokens: { ...makeRequest().tokens, reasoning: 11 } }, 'inconsistent_counts'],
    ['that costs less than nothing', { costNanos: -1n }, 'invalid_cost'],
    ['with a name that is too long', { project: 'x'.repeat(201) }, 'too_long'],
    ['with a character that no text has', { project: 'a\u0000b' }, 'invalid_attribute'],
  ])('is a request %s, and it leaves nothing behind', async (_name, replaced, reason) => {
    const { orgId, scope } = await makeSender()
    const [verdict] = await recordRequests(scope, [makeRequest(replaced)])
    expect(verdict).toMatchObject({ status: 'rejected', rejection: { reason } })
    expect(await totalOf(orgId)).toEqual({ events: 0, nanos: null })
  })

  it('is not what lies exactly on the limits', async () => {
    const { send } = await makeSender()
    const edges = [
      makeRequest({ occurredAtMs: Date.parse('2024-10-20T12:00:00.000Z') }),
      makeRequest({ occurredAtMs: Date.parse(now) + 600_000 }),
      makeRequest({ tokens: { ...makeRequest().tokens, output: 100_000_000 } }),
      makeRequest({ project: 'x'.repeat(200) }),
    ]
    expect(await send(...edges)).toEqual(['stored', 'stored', 'stored', 'stored'])
  })
})
