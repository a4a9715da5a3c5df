import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { makeIngestScope, makeOrganization, makeRequest } from '@/lib/testing/factory'
import { useDatabase } from '@/lib/testing/harness'
import { recordRequests } from './commands'
import type { RequestPath } from './request'

const database = useDatabase()
const context = database.at('2026-11-20T12:00:00Z')

/** The same request as a path without ids brings it: its own time, and nothing else that tells it from its twins. */
const twin = (path: RequestPath, second: number) =>
  makeRequest({
    tool: 'claude-code',
    path,
    key: { kind: 'counts', conversation: 's1' },
    occurredAtMs: Date.parse('2026-11-20T10:00:00Z') + second * 1_000,
  })

async function setUp() {
  const organization = await makeOrganization(context)
  const { scope } = await makeIngestScope(context, organization)
  const countEvents = async () => {
    const [row] = await database.db.execute<{ events: number }>(
      sql`select count(*)::int as events from usage_events where org_id = ${organization.orgId}`,
    )
    return row?.events
  }
  return { scope, countEvents }
}

describe('a request without an id that comes by a second path', () => {
  it('counts once, and only the surplus of the second path is new', async () => {
    const { scope, countEvents } = await setUp()
    await recordRequests(scope, [twin('telemetry', 1), twin('telemetry', 2)])
    expect(await countEvents()).toBe(2)
    expect((await recordRequests(scope, [twin('api', 3), twin('api', 4)])).map(({ status }) => status)).toEqual([
      'duplicate',
      'duplicate',
    ])
    expect((await recordRequests(scope, [twin('api', 5)])).map(({ status }) => status)).toEqual(['stored'])
    expect(await countEvents()).toBe(3)
    // The first path catches up with what the second had more of, and then has a surplus of its own.
    expect((await recordRequests(scope, [twin('telemetry', 6), twin('telemetry', 7)])).map(({ status }) => status)).toEqual([
      'duplicate',
      'stored',
    ])
    expect(await countEvents()).toBe(4)
  })

  it('is recognized when both paths resend, whichever came first', async () => {
    const { scope, countEvents } = await setUp()
    const [first, second] = [
      [twin('api', 1), twin('api', 2)],
      [twin('telemetry', 3), twin('telemetry', 4)],
    ]
    for (const batch of [first, second, first, second, first]) await recordRequests(scope, batch)
    expect(await countEvents()).toBe(2)
  })

  it('counts once when both paths send at the same moment', async () => {
    const { scope, countEvents } = await setUp()
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => [
        recordRequests(scope, [twin('telemetry', index)]),
        recordRequests(scope, [twin('api', 100 + index)]),
      ]).flat(),
    )
    expect(await countEvents()).toBe(20)
  })
})
