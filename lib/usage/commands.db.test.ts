import { sql } from 'drizzle-orm'
import { beforeAll, describe, expect, it } from 'vitest'
import { costKinds, nameKinds, otherNameId } from '@/db/enums'
import { openDatabase } from '@/db/client'
import { ensurePartitions } from '@/db/partitions'
import type { Scope } from '@/lib/access/scope'
import { findKey } from '@/lib/access/keys'
import { keyScope } from '@/lib/access/scope'
import { listOwnKeys } from '@/lib/members/queries'
import { rollUp } from '@/lib/rollups/commands'
import { makeIngestScope, makeMember, makeOrganization, makeRequest } from '@/lib/testing/factory'
import { useDatabase } from '@/lib/testing/harness'
import { admissionAt } from './admission'
import { recordRejections, recordRequests, touchKey } from './commands'
import { priceVersion } from './prices'
import { noTokens, requestLimits } from './request'
import type { ReportedRequest } from './request'

const database = useDatabase()
const context = database.at('2026-11-20T12:00:00Z')
const atMs = Date.parse('2026-11-20T10:00:00Z')

beforeAll(() => ensurePartitions(database.owner, context.now))

/** An organization with its own key. */
async function makeSender() {
  const organization = await makeOrganization(context)
  return { organization, ...(await makeIngestScope(context, organization)) }
}

const statusesOf = async (scope: Scope<'usage:ingest'>, requests: readonly ReportedRequest[]) =>
  (await recordRequests(scope, requests)).map(({ status }) => status)

type Stored = {
  at: string
  cost: string
  cost_kind: number
  output: number
  model: string
  project: string
  client_id: number
  identity_id: number
  source: string
  price_version: string
  settles: boolean
}

/** The stored events of an organization, oldest first, with their words. */
async function listStored(orgId: number) {
  return database.db.execute<Stored>(sql`
    select to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, cost_nanos::text as cost, cost_kind,
      output_tokens as output, client_id, identity_id, settles,
      (select value from names n where n.org_id = e.org_id and n.kind = ${nameKinds.model} and n.name_id = e.model_id) as model,
      (select value from names n where n.org_id = e.org_id and n.kind = ${nameKinds.project} and n.name_id = e.project_id) as project,
      (select value from names n where n.org_id = e.org_id and n.kind = ${nameKinds.source} and n.name_id = e.source_id) as source,
      (select value from names n where n.org_id = e.org_id and n.kind = ${nameKinds.price_version} and n.name_id = e.price_version_id) as price_version
    from usage_events e where org_id = ${orgId} order by occurred_at, event_id`)
}

async function listMarks(orgId: number): Promise<string[]> {
  const rows = await database.db.execute<{ hour: string }>(
    sql`select to_char(utc_hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24') as hour from dirty_hours where org_id = ${orgId} order by 1`,
  )
  return rows.map(({ hour }) => hour)
}

describe('a request', () => {
  it('counts once, however often it is sent: within a batch, across batches, and by another key of the organization', async () => {
    const { organization, scope } = await makeSender()
    const [one, two] = [makeRequest(), makeRequest()]
    expect(await statusesOf(scope, [one, two, one, one])).toEqual(['stored', 'stored', 'duplicate', 'duplicate'])
    expect(await statusesOf(scope, [two, makeRequest(), one])).toEqual(['duplicate', 'stored', 'duplicate'])
    const person = await makeMember(context, organization)
    const own = await makeIngestScope(context, organization, person.userId)
    expect(await statusesOf(own.scope, [one, two])).toEqual(['duplicate', 'duplicate'])
    expect(await listStored(organization.orgId)).toHaveLength(3)
  })

  it('of a tool with two paths counts once even when the second path says another time, or comes a year later', async () => {
    const { organization, scope } = await makeSender()
    const request = makeRequest({ tool: 'claude-code', path: 'telemetry', occurredAtMs: atMs })
    expect(await statusesOf(scope, [request])).toEqual(['stored'])
    const again = [
      { ...request, occurredAtMs: atMs + 1_234 },
      { ...request, path: 'api' as const, occurredAtMs: atMs - 86_400_000 },
      { ...request, costNanos: 5n, project: 'another', occurredAtMs: atMs - 300 * 86_400_000 },
    ]
    expect(await statusesOf(scope, again)).toEqual(['duplicate', 'duplicate', 'duplicate'])
    expect(await statusesOf(scope, again)).toEqual(['duplicate', 'duplicate', 'duplicate'])
    const stored = await listStored(organization.orgId)
    expect(stored.map(({ at, cost, project }) => [at, cost, project])).toEqual([
      ['2026-11-20T10:00:00.000Z', '1000000', 'example'],
    ])
    expect(await listMarks(organization.orgId)).toEqual(['2026-11-20T10'])
  })

  it('of 400 days ago counts once, however late it comes again and whichever path comes first', async () => {
    for (const order of [
      ['telemetry', 'api'],
      ['api', 'telemetry'],
    ] as const) {
      const { organization, scope } = await makeSender()
      const batch = Array.from({ length: 50 }, (_, index) =>
        makeRequest({
          tool: index % 2 === 0 ? 'claude-code' : 'api',
          path: order[0],
          occurredAtMs: atMs - 400 * 86_400_000 + index,
        }),
      )
      expect(new Set(await statusesOf(scope, batch))).toEqual(new Set(['stored']))
      const again = batch.map((request) => ({ ...request, path: order[1] })).reverse()
      expect(new Set(await statusesOf(scope, again))).toEqual(new Set(['duplicate']))
      expect(await listStored(organization.orgId)).toHaveLength(50)
    }
  })

  it('with one id at two times, both in one batch, counts once for a tool with two paths', async () => {
    const { organization, scope } = await makeSender()
    const request = makeRequest({ tool: 'codex', occurredAtMs: atMs })
    expect((await statusesOf(scope, [request, { ...request, occurredAtMs: atMs + 1 }])).sort()).toEqual(['duplicate', 'stored'])
    expect(await listStored(organization.orgId)).toHaveLength(1)
  })

  it('is answered for what became of it: at another time it is another request for a tool with one path', async () => {
    const { organization, scope } = await makeSender()
    const request = makeRequest({ tool: 'api', occurredAtMs: atMs })
    const later = { ...request, occurredAtMs: atMs + 1 }
    expect(await statusesOf(scope, [request, later, request, later])).toEqual(['stored', 'stored', 'duplicate', 'duplicate'])
    expect(await statusesOf(scope, [request, { ...request, occurredAtMs: atMs + 2 }, later])).toEqual([
      'duplicate',
      'stored',
      'duplicate',
    ])
    expect(await listStored(organization.orgId)).toHaveLength(3)
  })

  it('without an id counts once at its time, and identical ones a millisecond apart count each', async () => {
    const { organization, scope } = await makeSender()
    const request = makeRequest({
      tool: 'claude-code',
      path: 'telemetry',
      key: { kind: 'counts', conversation: 'c' },
      occurredAtMs: atMs,
    })
    const next = { ...request, occurredAtMs: atMs + 1 }
    expect(await statusesOf(scope, [request, next, request])).toEqual(['stored', 'stored', 'duplicate'])
    expect(await statusesOf(scope, [next, request])).toEqual(['duplicate', 'duplicate'])
    expect(await listStored(organization.orgId)).toHaveLength(2)
  })

  it('counts once when eight senders hold the same shuffled batch, and every sender is answered', async () => {
    const { organization, scope } = await makeSender()
    const requests = Array.from({ length: 240 }, (_, index) =>
      makeRequest({
        tool: index % 2 === 0 ? 'claude-code' : 'api',
        occurredAtMs: atMs - index * 60_000,
        project: `project ${index % 30}`,
        claim: { namespace: 'email', value: `p${index % 20}@people.example` },
        costNanos: 7n,
      }),
    )
    // Each with a pool and a memory of its own, as so many processes have.
    const pools = Array.from({ length: 8 }, () => openDatabase(database.url, { max: 1 }))
    try {
      const answers = await Promise.all(
        pools.map(async ({ db }, index) => {
          const shuffled = [...requests.slice(index * 30), ...requests.slice(0, index * 30)]
          return statusesOf({ ...scope, db }, index % 2 === 0 ? shuffled : shuffled.reverse())
        }),
      )
      expect(answers.map(({ length }) => length)).toEqual(Array(8).fill(240))
      expect(answers.flat().filter((status) => status === 'stored')).toHaveLength(240)
      expect(answers.flat().filter((status) => status === 'duplicate')).toHaveLength(7 * 240)
    } finally {
      await Promise.all(pools.map(({ close }) => close()))
    }
    const stored = await listStored(organization.orgId)
    expect(stored).toHaveLength(240)
    expect(new Set(stored.map(({ project }) => project)).size).toBe(30)
    expect(new Set(stored.map(({ identity_id }) => identity_id)).size).toBe(20)
  })

  it('of another organization with the same id is another request, and leaves nothing behind there', async () => {
    const [ours, theirs] = [await makeSender(), await makeSender()]
    const request = makeRequest({ tool: 'claude-code' })
    expect(await statusesOf(ours.scope, [request])).toEqual(['stored'])
    expect(await listStored(theirs.organization.orgId)).toEqual([])
    expect(await listMarks(theirs.organization.orgId)).toEqual([])
    expect(await statusesOf(theirs.scope, [request])).toEqual(['stored'])
    expect(await listStored(ours.organization.orgId)).toHaveLength(1)
  })

  it('that is refused leaves nothing behind, and spoils nothing beside it', async () => {
    const { organization, scope } = await makeSender()
    const bad = [
      makeRequest({ project: 'refused', tokens: { ...noTokens, output: -1 } }),
      makeRequest({ project: 'refused', occurredAtMs: atMs + 86_400_000 }),
      makeRequest({ project: 'refused', model: '' }),
    ]
    const verdicts = await recordRequests(scope, [
      ...bad.slice(0, 1),
      makeRequest(),
      ...bad.slice(1),
      makeRequest({ project: 'kept' }),
    ])
    expect(verdicts.map((verdict) => (verdict.status === 'rejected' ? verdict.rejection.reason : verdict.status))).toEqual([
      'invalid_count',
      'stored',
      'in_the_future',
      'missing_attribute',
      'stored',
    ])
    expect((await listStored(organization.orgId)).map(({ project }) => project).sort()).toEqual(['example', 'kept'])
    const words = await database.db.execute(sql`select 1 from names where org_id = ${organization.orgId} and value = 'refused'`)
    expect(words).toHaveLength(0)
    expect(await recordRequests(scope, [])).toEqual([])
  })

  it('at the edges of what is admitted is stored as it is: the oldest, the newest, the largest', async () => {
    const { organization, scope } = await makeSender()
    const { earliestMs, latestMs } = admissionAt(context.now, scope.organization.retentionMonths)
    const largest = Object.fromEntries(Object.keys(noTokens).map((name) => [name, requestLimits.tokensMax]))
    const request = makeRequest({
      tokens: { ...noTokens, ...largest },
      costNanos: requestLimits.costNanosMax,
      creditsMicrocredits: requestLimits.creditsMicrocreditsMax,
      latencyMs: requestLimits.latencyMsMax,
      ttftMs: requestLimits.latencyMsMax,
    })
    const batch = [earliestMs, latestMs].flatMap((occurredAtMs) =>
      Array.from({ length: 30 }, (_, index) => ({
        ...request,
        occurredAtMs,
        key: { kind: 'id' as const, id: `${occurredAtMs} ${index}` },
      })),
    )
    expect(new Set(await statusesOf(scope, batch))).toEqual(new Set(['stored']))
    const stored = await listStored(organization.orgId)
    expect([stored.at(0)?.at, stored.at(-1)?.at]).toEqual(['2024-10-20T12:00:00.000Z', '2026-11-20T12:10:00.000Z'])
    await rollUp(context, { hoursMax: 10, orgId: organization.orgId })
    const [sums] = await database.db.execute<{ tokens: string; nanos: string; credits: string }>(sql`
      select sum(cache_write_tokens)::text as tokens, sum(metered_nanos)::text as nanos, sum(credits_microcredits)::text as credits
      from days where org_id = ${organization.orgId}`)
    expect(sums).toEqual({
      tokens: String(60 * 2 * 100_000_000),
      nanos: String(60n * 10_000n * 10n ** 9n),
      credits: String(60n * 10n ** 12n),
    })
  })

  it('marks the hour that it fell into, and a resend marks none', async () => {
    const { organization, scope } = await makeSender()
    const batch = [
      '2026-11-20T10:00:00.000Z',
      '2026-11-20T10:59:59.999Z',
      '2026-11-20T11:00:00.000Z',
      '2025-02-03T04:05:06.007Z',
    ].map((at) => makeRequest({ occurredAtMs: Date.parse(at) }))
    await recordRequests(scope, batch)
    expect(await listMarks(organization.orgId)).toEqual(['2025-02-03T04', '2026-11-20T10', '2026-11-20T11'])
    await recordRequests(scope, batch)
    expect(await listMarks(organization.orgId)).toHaveLength(3)
  })
})

describe('the cost', () => {
  it('is what was reported, else estimated with its price version, else unpriced and never a sum of money', async () => {
    const { organization, scope } = await makeSender()
    const tokens = { uncached: 1_234, cacheRead: 5_000, cacheWrite5m: 150, cacheWrite1h: 50, output: 77, reasoning: 0 }
    const costs = [
      { costNanos: 0n },
      { costNanos: 7n },
      { costNanos: null },
      { costNanos: null, model: 'nobody-knows' },
      { costNanos: null, model: 'nobody-knows', tokens: noTokens },
    ]
    const requests = costs.map((cost, index) => makeRequest({ tokens, occurredAtMs: atMs + index, ...cost }))
    await recordRequests(scope, requests)
    const stored = await listStored(organization.orgId)
    expect(stored.map(({ cost, cost_kind, price_version }) => [cost, cost_kind, price_version])).toEqual([
      ['0', costKinds.metered, null],
      ['7', costKinds.metered, null],
      ['7219500', costKinds.estimated, priceVersion],
      ['0', costKinds.unpriced, null],
      ['0', costKinds.estimated, priceVersion],
    ])
  })

  it('settles where the key settles, as it was when the request came', async () => {
    const { organization, scope, keyText } = await makeSender()
    await recordRequests(scope, [makeRequest({ occurredAtMs: atMs })])
    await database.owner.execute(sql`update keys set settles = true where org_id = ${organization.orgId}`)
    const settling = keyScope(context, await findKey(context, keyText), 'usage:ingest')
    await recordRequests(settling, [makeRequest({ occurredAtMs: atMs + 1 })])
    expect((await listStored(organization.orgId)).map(({ settles }) => settles)).toEqual([false, true])
  })
})

describe('words', () => {
  it('past the cap of their kind become “other”, and no spend is lost for a name', async () => {
    const { organization, scope } = await makeSender()
    const clients = Array.from({ length: 230 }, (_, index) => makeRequest({ client: `client ${index}`, costNanos: 1n }))
    await recordRequests(scope, clients.slice(0, 120))
    await recordRequests(scope, clients.slice(120))
    const [counts] = await database.db.execute<{ words: number; other: number; cost: string; named: number }>(sql`
      select (select count(*)::int from names where org_id = ${organization.orgId} and kind = ${nameKinds.client}) as words,
        count(*) filter (where client_id = ${otherNameId})::int as other, sum(cost_nanos)::text as cost, count(distinct client_id)::int as named
      from usage_events where org_id = ${organization.orgId}`)
    expect(counts).toEqual({ words: 200, other: 30, cost: '230', named: 201 })
    // The first two hundred keep their names, and another organization has all of its own.
    expect(await statusesOf(scope, [makeRequest({ client: 'client 0', project: 'again' })])).toEqual(['stored'])
    const again = (await listStored(organization.orgId)).find(({ project }) => project === 'again')
    expect(again?.client_id).toBeGreaterThan(otherNameId)
    const neighbor = await makeSender()
    await recordRequests(neighbor.scope, [makeRequest({ client: 'client 229' })])
    expect((await listStored(neighbor.organization.orgId))[0]?.client_id).toBeGreaterThan(otherNameId)
  })

  it('are stored to the letter: quotes, braces, upper case and letters of every script', async () => {
    const { organization, scope } = await makeSender()
    const projects = [
      '{a,"b"}',
      "O'Neil; drop table names --",
      'back\\slash',
      'NULL',
      'null',
      'Größe',
      'GRÖSSE',
      '日本 🚀',
      ' spaced ',
      '%s $1',
      'é',
      'é',
    ]
    await recordRequests(
      scope,
      projects.map((project, index) => makeRequest({ project, occurredAtMs: atMs + index })),
    )
    expect((await listStored(organization.orgId)).map(({ project }) => project)).toEqual(projects)
  })

  it('get one id each when eight senders bring them at once', async () => {
    const { organization, scope } = await makeSender()
    const pools = Array.from({ length: 8 }, () => openDatabase(database.url, { max: 1 }))
    try {
      await Promise.all(
        pools.map(({ db }) =>
          recordRequests(
            { ...scope, db },
            ['x', 'y', 'z'].map((project) => makeRequest({ project, tool: `tool-${project}` })),
          ),
        ),
      )
    } finally {
      await Promise.all(pools.map(({ close }) => close()))
    }
    const stored = await listStored(organization.orgId)
    expect(stored).toHaveLength(24)
    expect(new Set(stored.map(({ project, source }) => `${project} ${source}`))).toEqual(
      new Set(['x tool-x', 'y tool-y', 'z tool-z']),
    )
  })
})

describe('who made a request', () => {
  const listIdentities = (orgId: number) =>
    database.db.execute<{ namespace: string; claim: string; user_id: string | null; events: number }>(sql`
      select i.namespace, i.claim, p.user_id::text,
        (select count(*)::int from usage_events e where e.org_id = i.org_id and e.identity_id = i.identity_id) as events
      from identities i left join people p on p.org_id = i.org_id and p.person_id = i.person_id
      where i.org_id = ${orgId} order by i.identity_id`)

  it('is the owner of the key: what the payload claims is ignored', async () => {
    const organization = await makeOrganization(context)
    const [ann, bob] = [await makeMember(context, organization), await makeMember(context, organization)]
    const { scope } = await makeIngestScope(context, organization, ann.userId)
    await recordRequests(scope, [makeRequest({ claim: { namespace: 'email', value: bob.email } }), makeRequest({ claim: null })])
    expect(await listIdentities(organization.orgId)).toEqual([
      { namespace: 'member', claim: ann.userId, user_id: ann.userId, events: 2 },
    ])
  })

  it('is the member with the claimed e-mail under an organization’s key, however it is written', async () => {
    const { organization, scope } = await makeSender()
    const ann = await makeMember(context, organization)
    const claim = (value: string) => makeRequest({ claim: { namespace: 'email', value } })
    await recordRequests(scope, [claim(ann.email), claim(ann.email.toUpperCase()), claim(` ${ann.email}`)])
    expect(await listIdentities(organization.orgId)).toEqual([
      { namespace: 'email', claim: ann.email, user_id: ann.userId, events: 3 },
    ])
  })

  it('is an identity of nobody when no member has the claim, and no identity without a claim', async () => {
    const { organization, scope } = await makeSender()
    const elsewhere = await makeOrganization(context)
    const stranger = await makeMember(context, elsewhere)
    await recordRequests(scope, [
      makeRequest({ claim: { namespace: 'email', value: stranger.email } }),
      makeRequest({ claim: { namespace: 'account', value: stranger.userId } }),
      makeRequest({ claim: { namespace: 'installation', value: 'f00' } }),
      makeRequest({ claim: null }),
    ])
    expect(await listIdentities(organization.orgId)).toEqual([
      { namespace: 'email', claim: stranger.email, user_id: null, events: 1 },
      { namespace: 'account', claim: stranger.userId, user_id: null, events: 1 },
      { namespace: 'installation', claim: 'f00', user_id: null, events: 1 },
    ])
    expect(await listIdentities(elsewhere.orgId)).toEqual([])
    expect((await listStored(organization.orgId)).map(({ identity_id }) => identity_id).sort()).toEqual([0, 1, 2, 3])
  })

  it('past the most identities is stored as nobody, and no spend is lost for it', async () => {
    const { organization, scope } = await makeSender()
    // An identity's id is its number: two rows stand for the 199,999 before.
    await database.owner.execute(sql`
      insert into identities (org_id, identity_id, namespace, claim, created_at)
      select ${organization.orgId}::bigint, n, 'user', n::text, now() from unnest(array[17, 199999]) n`)
    const claim = (value: string) => makeRequest({ claim: { namespace: 'user', value }, costNanos: 3n })
    expect(await statusesOf(scope, [claim('last'), claim('past'), claim('17')])).toEqual(['stored', 'stored', 'stored'])
    const stored = await listStored(organization.orgId)
    expect(stored.map(({ identity_id, cost }) => [identity_id, cost]).sort()).toEqual([
      [0, '3'],
      [17, '3'],
      [200_000, '3'],
    ])
  })
})

describe('what was refused', () => {
  const refused = (reason: 'too_old' | 'invalid_cost', message: string) => ({ reason, message })

  it('is counted on the key by reason, with the last sentence, and shown to who looks after the key alone', async () => {
    const organization = await makeOrganization(context)
    const [ann, bob] = [await makeMember(context, organization), await makeMember(context, organization)]
    const { scope } = await makeIngestScope(context, organization, ann.userId)
    await recordRejections(scope, [refused('too_old', 'First.'), refused('invalid_cost', 'Cost.'), refused('too_old', 'Second.')])
    await recordRejections({ ...scope, now: new Date('2026-11-21T00:00:00Z') }, [refused('too_old', 'Third.')])
    await recordRejections(scope, [])
    const later = database.at('2026-11-21T01:00:00Z')
    const [key] = await listOwnKeys({ ...(await ann.scopeFor('me:read')), now: later.now })
    expect(key?.rejected).toBe(4)
    expect(key?.lastReasons).toEqual([
      { reason: 'too_old', message: 'Third.', at: new Date('2026-11-21T00:00:00Z') },
      { reason: 'invalid_cost', message: 'Cost.', at: context.now },
    ])
    expect(await listOwnKeys(await bob.scopeFor('me:read'))).toEqual([])
    const elsewhere = await makeOrganization(context)
    const admin = await makeMember(context, elsewhere, 'admin')
    expect(await listOwnKeys(await admin.scopeFor('me:read'))).toEqual([])
    const rows = await database.db.execute(sql`select 1 from rejections where org_id = ${elsewhere.orgId}`)
    expect(rows).toHaveLength(0)
  })

  it('adds up when many batches are refused at once', async () => {
    const { scope, organization } = await makeSender()
    const mixed = [refused('too_old', 'Old.'), refused('invalid_cost', 'Cost.')]
    await Promise.all(
      Array.from({ length: 8 }, (_, index) => recordRejections(scope, index % 2 === 0 ? mixed : [...mixed].reverse())),
    )
    const rows = await database.db.execute(
      sql`select reason, count from rejections where org_id = ${organization.orgId} order by reason`,
    )
    expect(rows).toEqual([
      { reason: 'invalid_cost', count: 8 },
      { reason: 'too_old', count: 8 },
    ])
  })
})

it('a key’s last use is written at most once a minute', async () => {
  const { scope, organization } = await makeSender()
  const lastUse = async () => {
    const [row] = await database.db.execute<{ at: string }>(
      sql`select to_char(last_used_at at time zone 'UTC', 'HH24:MI:SS') as at from keys where org_id = ${organization.orgId}`,
    )
    return row?.at
  }
  const touchAt = (time: string) => touchKey({ ...scope, now: new Date(`2026-11-20T${time}Z`) })
  expect(await lastUse()).toBeNull()
  await touchAt('12:00:00')
  await touchAt('12:00:59')
  expect(await lastUse()).toBe('12:00:00')
  await touchAt('12:01:01')
  expect(await lastUse()).toBe('12:01:01')
})
