import { beforeEach, describe, expect, test } from 'vitest'
import { forgetEnvironment } from '@/lib/env'
import { useDatabase } from '@/lib/testing/harness'
import { cronRoute } from './cron'
import { healthRoute } from './health'

const database = useDatabase()
const cronSecret = 'the secret of this test, long enough for all'

function setEnvironment(changes: Record<string, string | undefined> = {}): void {
  const complete = {
    DATABASE_URL: database.url,
    NEXTAUTH_URL: 'http://localhost:3000',
    NEXTAUTH_SECRET: 'x'.repeat(32),
    OIDC_ISSUER: 'http://localhost:3001',
    OIDC_CLIENT_ID: 'test',
    OIDC_CLIENT_SECRET: 'test',
    CRON_SECRET: cronSecret,
  }
  Object.assign(process.env, complete, changes)
  forgetEnvironment()
}

beforeEach(() => setEnvironment())

const route = cronRoute(async (context) => ({ isContext: context.now instanceof Date }))

function call(authorization?: string): Promise<Response> {
  return route(new Request('http://localhost/api/cron/minute', { headers: authorization ? { authorization } : {} }))
}

describe('a cron route', () => {
  test('answers what was done to whoever carries the secret', async () => {
    const response = await call(`Bearer ${cronSecret}`)
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual({ isContext: true, seconds: expect.any(Number) })
  })

  test.each([
    undefined,
    'Bearer',
    'Bearer ',
    'Bearer wrong',
    `Bearer ${cronSecret}x`,
    `Bearer ${cronSecret.slice(0, -1)}`,
    `Basic ${cronSecret}`,
    cronSecret,
  ])('is closed to %s', async (authorization) => {
    const response = await call(authorization)
    expect(response.status).toBe(401)
    expect(await response.text()).not.toContain(cronSecret)
  })

  test.each(['development', 'test', 'production'])('without a secret is closed to everybody, in %s too', async (mode) => {
    setEnvironment({ CRON_SECRET: '', NODE_ENV: mode })
    for (const authorization of [undefined, 'Bearer ', 'Bearer undefined', 'Bearer null', `Bearer ${cronSecret}`]) {
      expect((await call(authorization)).status).toBe(401)
    }
    setEnvironment({ NODE_ENV: 'test' })
  })

  test('with the database away says so, and when to come again', async () => {
    const away = cronRoute(async () => {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    })
    const request = new Request('http://localhost/api/cron/minute', { headers: { authorization: `Bearer ${cronSecret}` } })
    const response = await away(request)
    expect(response.status).toBe(503)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
  })
})

describe('health', () => {
  test('is well when the database answers and has the schema', async () => {
    const response = await healthRoute()
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }])
  })

  test('is unavailable while the database is away, and says nothing about where that is', async () => {
    setEnvironment({ DATABASE_URL: 'postgres://someone:a-password@127.0.0.1:1/none' })
    const response = await healthRoute()
    expect(response.status).toBe(503)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await response.text()).not.toMatch(/127\.0\.0\.1|someone|a-password/)
  })
})
