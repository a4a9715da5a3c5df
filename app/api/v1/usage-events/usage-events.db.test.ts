import { gzipSync } from 'node:zlib'
import { asc, eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { identities, rejections, usageEvents } from '@/db/schema'
import { forgetEnvironment } from '@/lib/env'
import { applicationDatabase } from '@/lib/http/database'
import { makeIngestScope, makeMember, makeOrganization } from '@/lib/testing/factory'
import { useDatabase } from '@/lib/testing/harness'
import { POST } from './route'

const database = useDatabase()
const now = new Date()

beforeAll(() => {
  Object.assign(process.env, {
    DATABASE_URL: database.url,
    NEXTAUTH_URL: 'http://localhost:3000',
    NEXTAUTH_SECRET: 'a secret that is long enough for a test',
    OIDC_ISSUER: 'http://localhost:4000',
    OIDC_CLIENT_ID: 'outlay',
    OIDC_CLIENT_SECRET: 'a secret that is long enough for a test',
  })
  forgetEnvironment()
})
afterAll(() => applicationDatabase().$client?.end())

describe('POST /api/v1/usage-events', () => {
  it('answers a verdict for each event, in order, and stores each good one once', async () => {
    const { keyText, stored, refusals } = await makeKey()
    const events = [
      event('a'),
      event('b', { outputTokens: -1 }),
      event('a'),
      event('c', { occurredAt: '2001-01-01T00:00:00Z' }),
      'nonsense',
      event('d'),
    ]
    const first = await post(keyText, JSON.stringify(events), 'application/json')
    expect(first.status).toBe(200)
    expect(await first.json()).toEqual({
      stored: 2,
      duplicates: 1,
      rejected: 3,
      verdicts: [
        { index: 0, status: 'stored' },
        { index: 1, status: 'rejected', reason: 'invalid_count', message: expect.stringContaining('outputTokens') },
        { index: 2, status: 'duplicate' },
        { index: 3, status: 'rejected', reason: 'too_old', message: expect.any(String) },
        { index: 4, status: 'rejected', reason: 'invalid_attribute', message: expect.any(String) },
        { index: 5, status: 'stored' },
      ],
    })
    expect(await stored()).toHaveLength(2)
    expect(await refusals()).toMatchObject([
      { reason: 'invalid_attribute', count: 1 },
      { reason: 'invalid_count', count: 1 },
      { reason: 'too_old', count: 1 },
    ])
  })

  it('takes lines, compressed or not, as the same events', async () => {
    const { keyText, stored } = await makeKey()
    const lines = `${JSON.stringify(event('a'))}\n{"id":\n${JSON.stringify(event('b'))}\n`
    const first = await post(keyText, lines, 'application/x-ndjson')
    expect(await first.json()).toMatchObject({ stored: 2, duplicates: 0, rejected: 1 })
    const second = await post(keyText, gzipSync(lines), 'application/x-ndjson', { 'content-encoding': 'gzip' })
    expect(await second.json()).toMatchObject({ stored: 0, duplicates: 2, rejected: 1 })
    expect(await stored()).toHaveLength(2)
  })

  it('believes a claimed e-mail under the organization’s key, and the key under a person’s', async () => {
    const own = await makeKey()
    await post(own.keyText, JSON.stringify([event('a', { userEmail: 'Ann@Example.com' })]), 'application/json')
    expect(await own.identitiesOf()).toEqual([{ namespace: 'member', claim: own.userId }])
    const shared = await makeKey('organization')
    await post(shared.keyText, JSON.stringify([event('a', { userEmail: 'Ann@Example.com' })]), 'application/json')
    expect(await shared.identitiesOf()).toEqual([{ namespace: 'email', claim: 'ann@example.com' }])
  })

  it.each([
    ['JSON that breaks off', '{"events":', 'application/json', 400],
    ['lines that are no JSON', 'oops\noops', 'application/x-ndjson', 400],
    ['plain text', '[]', 'text/plain', 415],
    ['one event too many', JSON.stringify(Array.from({ length: 5_001 }, () => 0)), 'application/json', 413],
  ])('refuses as a whole what cannot be read: %s', async (_name, body, contentType, status) => {
    const { keyText, stored } = await makeKey()
    const response = await post(keyText, body, contentType)
    expect(response.status).toBe(status)
    expect(await response.json()).toEqual({ status, message: expect.any(String) })
    expect(await stored()).toEqual([])
  })

  it('refuses a key that is none, and one that was never sent', async () => {
    expect((await post('outlay_wrong', '[]', 'application/json')).status).toBe(401)
    expect((await post('', '[]', 'application/json')).status).toBe(401)
  })

  it('takes as many events as the limit in one request', async () => {
    const { keyText, stored } = await makeKey()
    const events = Array.from({ length: 5_000 }, (_, index) => event(`e-${index}`))
    expect(await (await post(keyText, JSON.stringify({ events }), 'application/json')).json()).toMatchObject({
      stored: 5_000,
      rejected: 0,
    })
    expect(await stored()).toHaveLength(5_000)
  })
})

function event(id: string, replaced: object = {}) {
  const tokens = { uncachedInputTokens: 100, cacheReadTokens: 900, outputTokens: 10 }
  return {
    id,
    occurredAt: now.toISOString(),
    model: 'gpt-5-codex',
    provider: 'openai',
    costUsd: '0.002792',
    ...tokens,
    ...replaced,
  }
}

async function makeKey(owner: 'member' | 'organization' = 'member') {
  const context = database.at(now)
  const organization = await makeOrganization(context)
  const member = await makeMember(context, organization)
  const { keyText } = await makeIngestScope(context, organization, owner === 'member' ? member.userId : null)
  const { orgId } = organization
  return {
    keyText,
    userId: member.userId,
    stored: () => database.owner.select().from(usageEvents).where(eq(usageEvents.orgId, orgId)).orderBy(asc(usageEvents.eventId)),
    refusals: () => database.owner.select().from(rejections).where(eq(rejections.orgId, orgId)).orderBy(asc(rejections.reason)),
    identitiesOf: () =>
      database.owner
        .select({ namespace: identities.namespace, claim: identities.claim })
        .from(identities)
        .where(eq(identities.orgId, orgId))
        .orderBy(asc(identities.identityId)),
  }
}

function post(
  keyText: string,
  body: string | Uint8Array,
  contentType: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return POST(
    new Request('http://localhost:3000/api/v1/usage-events', {
      method: 'POST',
      body: Uint8Array.from(Buffer.from(body)),
      headers: { 'content-type': contentType, authorization: `Bearer ${keyText}`, ...headers },
    }),
  )
}
