import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { AppError } from '@/lib/errors'
import { eventsPerRequestMax, readUsageEvents, UsageEvent, usageEventFormatOf } from './input'
import type { ReadEvent } from './input'
import type { ReportedRequest } from './request'

const event = {
  id: 'e-1',
  occurredAt: '2026-11-20T09:07:02.830Z',
  model: 'gpt-5-codex',
  provider: 'openai',
  client: 'api',
  uncachedInputTokens: 1104,
  cacheReadTokens: 4096,
  outputTokens: 90,
  reasoningTokens: 64,
  costUsd: '0.002792',
  credits: 1.25,
  latencyMs: 1900,
  userEmail: 'Bob@example.com',
}

const request: ReportedRequest = {
  tool: 'api',
  path: 'api',
  key: { kind: 'id', id: 'e-1' },
  occurredAtMs: 1795165622830,
  claim: { namespace: 'email', value: 'bob@example.com' },
  model: 'gpt-5-codex',
  provider: 'openai',
  client: 'api',
  clientVersion: '',
  project: '',
  language: '',
  mode: '',
  session: '',
  profile: '',
  outcome: 'ok',
  tokens: { uncached: 1104, cacheRead: 4096, cacheWrite5m: 0, cacheWrite1h: 0, output: 90, reasoning: 64 },
  costNanos: 2_792_000n,
  creditsMicrocredits: 1_250_000n,
  latencyMs: 1900,
  ttftMs: null,
}

describe('usage events', () => {
  it('are read the same from an array, from an object with the array, and from lines', () => {
    const other = { ...event, id: 'e-2', occurredAt: 1795165622830 }
    const expected = [{ request }, { request: { ...request, key: { kind: 'id', id: 'e-2' } } }]
    expect(readJson([event, other])).toEqual(expected)
    expect(readJson({ events: [event, other] })).toEqual(expected)
    expect(readUsageEvents(bytesOf(`${JSON.stringify(event)}\r\n\n${JSON.stringify(other)}\n`), 'lines')).toEqual(expected)
  })

  it('need an id, or a session by which a resend is known', () => {
    expect(readJson([{ ...event, id: undefined, session: 's-1' }])).toEqual([
      { request: { ...request, session: 's-1', key: { kind: 'counts', conversation: 's-1' } } },
    ])
    expect(reasonsOf(readJson([{ ...event, id: null }]))).toEqual(['missing_attribute'])
  })

  it('take null for absent', () => {
    const absent = Object.fromEntries(Object.keys(UsageEvent.shape).map((key) => [key, null]))
    expect(readJson([{ ...absent, id: 'e-1', model: 'm', occurredAt: 0 }])).toMatchObject([
      { request: { occurredAtMs: 0, costNanos: null, creditsMicrocredits: null, latencyMs: null, outcome: 'ok', tool: 'api' } },
    ])
  })

  it('drop what is not in the schema: a prompt sent along is never kept', () => {
    const printed = JSON.stringify(
      readJson([{ ...event, prompt: 'CANARY', messages: [{ content: 'CANARY' }] }]),
      (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
    )
    expect(printed).toContain('e-1')
    expect(printed).not.toContain('CANARY')
  })

  it.each([
    [{ model: undefined }, 'missing_attribute', 'model'],
    [{ model: '' }, 'missing_attribute', 'model'],
    [{ model: 5 }, 'invalid_attribute', 'model'],
    [{ occurredAt: undefined }, 'missing_attribute', 'occurredAt'],
    [{ occurredAt: '2026-11-20' }, 'invalid_attribute', 'occurredAt'],
    [{ occurredAt: 1.5 }, 'invalid_attribute', 'occurredAt'],
    [{ occurredAt: -1 }, 'invalid_attribute', 'occurredAt'],
    [{ outputTokens: -1 }, 'invalid_count', 'outputTokens'],
    [{ outputTokens: 1.5 }, 'invalid_count', 'outputTokens'],
    [{ cacheReadTokens: 1e12 }, 'invalid_count', 'cacheReadTokens'],
    [{ uncachedInputTokens: '5' }, 'invalid_count', 'uncachedInputTokens'],
    [{ reasoningTokens: 91 }, 'inconsistent_counts', 'reasoningTokens'],
    [{ costUsd: -1 }, 'invalid_cost', 'costUsd'],
    [{ costUsd: true }, 'invalid_cost', 'costUsd'],
    [{ costUsd: '10000.01' }, 'invalid_cost', 'costUsd'],
    [{ credits: 'many' }, 'invalid_cost', 'credits'],
    [{ project: 'x'.repeat(201) }, 'too_long', 'project'],
    [{ id: 'x'.repeat(501) }, 'too_long', 'id'],
    [{ tool: 'Claude Code' }, 'invalid_attribute', 'tool'],
    [{ outcome: 'maybe' }, 'invalid_attribute', 'outcome'],
    [{ userEmail: 'nobody' }, 'invalid_attribute', 'userEmail'],
    [{ latencyMs: -5 }, 'invalid_attribute', 'latencyMs'],
  ])('are judged one by one: %j is %s and spoils no other', (fields, reason, field) => {
    const events = readJson([event, { ...event, ...fields }, event])
    expect(events[0]).toEqual({ request })
    expect(events[2]).toEqual({ request })
    expect(events[1]).toMatchObject({ rejection: { reason } })
    expect(events[1]).toMatchObject({ rejection: { message: expect.stringContaining(field) } })
  })

  it('that are no objects are refused one by one', () => {
    expect(reasonsOf(readJson([null, 5, 'x', [event], event]))).toEqual([...Array(4).fill('invalid_attribute'), null])
    expect(reasonsOf(readUsageEvents(bytesOf(`{"id":\n${JSON.stringify(event)}`), 'lines'))).toEqual(['invalid_attribute', null])
  })

  it.each([
    ['json', ''],
    ['json', '{"prompt":"CANARY"'],
    ['json', '{"id":"e-1"}'],
    ['json', '5'],
    ['lines', ''],
    ['lines', '\n\n'],
    ['lines', 'CANARY\nCANARY'],
  ] as const)('in a body that is none are invalid as a whole: %s %j', (format, body) => {
    const attempt = () => readUsageEvents(bytesOf(body), format)
    expect(attempt).toThrow(AppError)
    expect(attempt).toThrow(expect.objectContaining({ code: 'invalid' }))
    expect(attempt).not.toThrow(/CANARY/)
  })

  it('in bytes that are not UTF-8 are invalid as a whole', () => {
    expect(() => readUsageEvents(Uint8Array.of(0x5b, 0xc3, 0x28, 0x5d), 'json')).toThrow(/UTF-8/)
  })

  it('may be as many as the limit, and not one more', () => {
    const most = Array.from({ length: eventsPerRequestMax }, () => event)
    expect(readJson(most)).toHaveLength(eventsPerRequestMax)
    expect(() => readJson([...most, event])).toThrow(expect.objectContaining({ code: 'limit_reached' }))
    const lines = `${JSON.stringify(event)}\n`.repeat(eventsPerRequestMax + 1)
    expect(() => readUsageEvents(bytesOf(lines), 'lines')).toThrow(expect.objectContaining({ code: 'limit_reached' }))
  })

  it('of any shape never do anything but be read or be refused', () => {
    const anything = fc.dictionary(fc.constantFrom(...Object.keys(UsageEvent.shape)), fc.anything(), { noNullPrototype: true })
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 5 }), fc.constantFrom('json', 'lines'), (events, format) => {
        const encoded = events.map((one) =>
          JSON.stringify(one, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
        )
        const body = format === 'json' ? `[${encoded.join(',')}]` : encoded.join('\n')
        if (format === 'lines' && events.length === 0) return
        expect(readUsageEvents(bytesOf(body), format)).toHaveLength(events.length)
      }),
      { numRuns: 500 },
    )
  })
})

describe('the documented schema', () => {
  it('explains every field, and can be published as JSON Schema', () => {
    const { properties, required } = z.toJSONSchema(UsageEvent, { io: 'input' })
    expect(Object.keys(properties ?? {})).toHaveLength(Object.keys(UsageEvent.shape).length)
    for (const [name, property] of Object.entries(properties ?? {})) expect(property, name).toHaveProperty('description')
    expect(required).toEqual(['occurredAt', 'model'])
  })
})

describe('the format', () => {
  it.each([
    ['application/json; charset=utf-8', 'json'],
    ['application/x-ndjson', 'lines'],
    ['application/jsonl', 'lines'],
    ['text/plain', null],
    ['', null],
  ])('of %j is %s', (contentType, format) => expect(usageEventFormatOf(contentType)).toBe(format))
})

function readJson(body: unknown): ReadEvent[] {
  return readUsageEvents(bytesOf(JSON.stringify(body)), 'json')
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function reasonsOf(events: ReadEvent[]) {
  return events.map((one) => ('rejection' in one ? one.rejection.reason : null))
}
