import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { readLogs } from '@/lib/telemetry/read'
import { readUsageEvents } from '@/lib/usage/input'
import type { ReportedRequest } from '@/lib/usage/request'
import { liveDay } from './activity'
import { generateBatches } from './batches'
import type { DemoBatch } from './batches'
import { planDemo } from './plan'
import type { DemoPlan } from './plan'
import { Random } from './random'

const today = new Date('2026-11-20T11:00:00Z')
const plan = planDemo({ seed: 1, today, size: 'small' })

function digest(plan: DemoPlan): string {
  const hash = createHash('sha256')
  for (const { organization, person, contentType, bytes } of generateBatches(plan)) {
    hash.update(`${organization.slug}/${person?.email}/${contentType}/${bytes.length}\n`).update(bytes)
  }
  return hash.digest('hex')
}

/** What the product reads from a batch; refusals fail the test. */
function read({ kind, contentType, bytes }: DemoBatch): ReportedRequest[] {
  if (kind === 'otlp') {
    const report = readLogs(bytes, contentType === 'application/json' ? 'json' : 'protobuf')
    expect(report.rejections).toEqual([])
    return report.requests
  }
  return readUsageEvents(bytes, 'lines').map((event) => {
    if ('rejection' in event) throw new Error(event.rejection.message)
    return event.request
  })
}

describe('batches', () => {
  test('are the same bytes for the same seed and instant, and others otherwise', () => {
    expect(digest(planDemo({ seed: 1, today, size: 'small' }))).toBe(digest(plan))
    expect(digest(planDemo({ seed: 2, today, size: 'small' }))).not.toBe(digest(plan))
    expect(digest(planDemo({ seed: 1, today: new Date('2026-11-21T11:00:00Z'), size: 'small' }))).not.toBe(digest(plan))
  })

  test('arrive whole: the product reads every request and the very sums that were lived', () => {
    const batches = [...generateBatches(plan)]
    const requests = batches.flatMap((batch) => {
      const found = read(batch)
      expect(found).toHaveLength(batch.count)
      return found
    })
    const random = new Random()
    const lived = plan.organizations.flatMap((organization) =>
      organization.people.flatMap((person) =>
        Array.from({ length: organization.lastDay - organization.firstDay + 1 }, (_, index) => {
          const day = organization.firstDay + index
          return liveDay(plan, organization, person, day, random.restart(plan.seed, organization.index, person.index, day))
        }).flatMap((sessions) => sessions.flatMap((session) => session.requests)),
      ),
    )
    const total = <T>(all: readonly T[], read: (one: T) => number) => all.reduce((sum, one) => sum + read(one), 0)
    expect(requests).toHaveLength(lived.length)
    expect(total(requests, ({ tokens }) => tokens.uncached)).toBe(total(lived, ({ uncached }) => uncached))
    expect(total(requests, ({ tokens }) => tokens.cacheRead)).toBe(total(lived, ({ cacheRead }) => cacheRead))
    expect(total(requests, ({ tokens }) => tokens.cacheWrite5m)).toBe(total(lived, ({ cacheWrite5m }) => cacheWrite5m))
    expect(total(requests, ({ tokens }) => tokens.cacheWrite1h)).toBe(total(lived, ({ cacheWrite1h }) => cacheWrite1h))
    expect(total(requests, ({ tokens }) => tokens.output)).toBe(total(lived, ({ output }) => output))
    expect(total(requests, ({ tokens }) => tokens.reasoning)).toBe(total(lived, ({ reasoning }) => reasoning))
    expect(total(requests, ({ costNanos }) => Number(costNanos ?? 0n))).toBe(total(lived, ({ costNanos }) => costNanos ?? 0))
    expect(total(requests, ({ outcome }) => (outcome === 'failed' ? 1 : 0))).toBe(
      total(lived, ({ failure }) => (failure === 0 ? 0 : 1)),
    )
    expect(total(requests, ({ occurredAtMs }) => today.getTime() - occurredAtMs)).toBe(
      total(lived, ({ atMs }) => today.getTime() - atMs),
    )
    expect(total(requests, ({ latencyMs }) => latencyMs ?? 0)).toBe(total(lived, ({ durationMs }) => durationMs))
  })

  test('a request has a key of its own, and says who made it where the key doesn’t', () => {
    for (const batch of generateBatches(plan)) {
      for (const request of read(batch)) {
        if (request.key.kind === 'id') expect(request.key.id).toMatch(/^req_011C\w{20}$|^[0-9a-f-]{36}[#/]\d+$/)
        if (batch.person !== null && request.claim?.namespace === 'email') expect(request.claim.value).toBe(batch.person.email)
        if (batch.person === null && request.claim?.namespace === 'email') {
          expect(
            batch.organization.people.filter(({ isOnOrganizationKey }) => isOnOrganizationKey).map(({ email }) => email),
          ).toContain(request.claim.value)
        }
      }
    }
  })

  test('spans end with what is out: no later batch touches their days', () => {
    const full = planDemo({ seed: 1, today, size: 'full' })
    let [spans, closedMs, latestMs] = [0, 0, 0]
    const organizations = full.organizations.slice(0, 1).map((studio) => ({ ...studio, people: studio.people.slice(1, 3) }))
    for (const batch of generateBatches({ ...full, organizations })) {
      for (const { occurredAtMs } of read(batch)) {
        if (occurredAtMs < closedMs) throw new Error(`a request of ${new Date(occurredAtMs).toISOString()} after its span`)
        latestMs = Math.max(latestMs, occurredAtMs)
      }
      if (!batch.isLastOfSpan) continue
      spans += 1
      closedMs = latestMs
    }
    expect(spans).toBe(5)
  })
})

test('the old shape comes from an early time, as JSON with every number as text', () => {
  const old: { bytes: string; requests: ReportedRequest[] }[] = []
  const full = planDemo({ seed: 1, today, size: 'full' })
  for (const batch of generateBatches({ ...full, organizations: full.organizations.slice(1, 2) })) {
    if (batch.contentType !== 'application/json') continue
    old.push({ bytes: Buffer.from(batch.bytes).toString(), requests: read(batch) })
    if (old.length === 3) break
  }
  expect(old).toHaveLength(3)
  for (const { bytes, requests } of old) {
    expect(bytes).not.toMatch(/intValue|doubleValue|request_id|event\.sequence/)
    for (const { clientVersion, key, occurredAtMs } of requests) {
      expect(clientVersion).toBe('2.0.60')
      expect(key.kind).toBe('counts')
      expect(occurredAtMs).toBeLessThan(today.getTime() - 299 * 86_400_000)
    }
  }
})

test('the speed of generation, printed', () => {
  const started = performance.now()
  let count = 0
  for (const batch of generateBatches(planDemo({ seed: 1, today, size: 'full' }))) {
    count += batch.count
    if (count > 100_000) break
  }
  const seconds = (performance.now() - started) / 1_000
  console.log(`generated and encoded ${count} requests at ${Math.round(count / seconds)} a second`)
  expect(count).toBeGreaterThan(100_000)
})
