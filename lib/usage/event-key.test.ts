import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeRequest } from '@/lib/testing/factory'
import { keyEvent, keySession } from './event-key'
import { noTokens } from './request'
import type { ReportedRequest } from './request'

const numRuns = process.env['PROVE'] ? 10_000 : 300
const orgId = 1_882_400_000_123_456
const atMs = 1_795_165_622_830

const named = makeRequest({
  tool: 'claude-code',
  path: 'telemetry',
  key: { kind: 'id', id: 'req_011CSHoEeqs5C35K2UUqR7Fy' },
  occurredAtMs: atMs,
})
const counted = makeRequest({
  tool: 'claude-code',
  path: 'telemetry',
  key: { kind: 'counts', conversation: '5a7f3c1e-0000-4000-8000-00000000beef' },
  occurredAtMs: atMs,
  model: 'claude-sonnet-4-5',
  tokens: { uncached: 1_234, cacheRead: 5_000, cacheWrite5m: 150, cacheWrite1h: 50, output: 77, reasoning: 0 },
})

/** Everything of a request that isn't its name. */
const otherwise: Partial<ReportedRequest>[] = [
  { path: 'api' },
  { occurredAtMs: atMs + 1 },
  { occurredAtMs: atMs - 86_400_000 },
  { model: 'another-model', provider: 'another' },
  { outcome: 'failed' },
  { tokens: noTokens },
  { costNanos: null },
  { claim: { namespace: 'email', value: 'ann@example.com' } },
  { project: 'another', session: 'another', profile: 'another', client: 'ide', clientVersion: '9', language: 'go', mode: 'ask' },
  { latencyMs: null, ttftMs: 1, creditsMicrocredits: 1n },
]

describe('the key of a request with an id', () => {
  it('is what it was in every release: these values are forever', () => {
    expect(keyEvent(orgId, named)).toEqual({ eventId: '9e441482-d696-8728-9dab-296ea1a74b68', baseId: null, isShared: true })
    expect(keyEvent(orgId, makeRequest({ key: { kind: 'id', id: 'größe-日本' } }))).toEqual({
      eventId: '811d40b4-b837-81e7-bd8e-46b73f205476',
      baseId: null,
      isShared: false,
    })
  })

  it.each(otherwise)('is the same on every path and at every time, with %o', (replaced) =>
    expect(keyEvent(orgId, { ...named, ...replaced })).toEqual(keyEvent(orgId, named)),
  )

  it('differs between organizations, tools and ids', () => {
    const all = [
      keyEvent(orgId, named),
      keyEvent(orgId + 1, named),
      keyEvent(orgId, { ...named, tool: 'codex' }),
      keyEvent(orgId, { ...named, key: { kind: 'id', id: 'req_011CSHoEeqs5C35K2UUqR7Fz' } }),
      keyEvent(orgId, { ...named, key: { kind: 'counts', conversation: 'req_011CSHoEeqs5C35K2UUqR7Fy' } }),
    ]
    expect(new Set(all.map(({ eventId }) => eventId)).size).toBe(all.length)
  })
})

describe('the key of a request without an id', () => {
  it('is what it was in every release: these values are forever', () => {
    expect(keyEvent(orgId, counted)).toEqual({
      eventId: 'dfd41c17-fd1a-8c20-bfcb-d1e60092478b',
      baseId: '59deb986-b128-8555-b333-56dcca56ac8a',
      isShared: true,
    })
  })

  it('tells identical requests apart by their time and path, and knows them by one base', () => {
    const all = [counted, { ...counted, occurredAtMs: atMs + 1 }, { ...counted, path: 'api' as const }].map((each) =>
      keyEvent(orgId, each),
    )
    expect(new Set(all.map(({ eventId }) => eventId)).size).toBe(3)
    expect(new Set(all.map(({ baseId }) => baseId)).size).toBe(1)
    expect(keyEvent(orgId, { ...counted })).toEqual(keyEvent(orgId, counted))
  })

  it.each<[string, Partial<ReportedRequest>]>([
    ['conversation', { key: { kind: 'counts', conversation: 'another' } }],
    ['model', { model: 'claude-sonnet-4-6' }],
    ['outcome', { outcome: 'failed' }],
    ['uncached tokens', { tokens: { ...counted.tokens, uncached: 1_235 } }],
    ['cache reads', { tokens: { ...counted.tokens, cacheRead: 5_001 } }],
    ['five-minute cache writes', { tokens: { ...counted.tokens, cacheWrite5m: 151 } }],
    ['one-hour cache writes', { tokens: { ...counted.tokens, cacheWrite1h: 51 } }],
    ['output', { tokens: { ...counted.tokens, output: 78 } }],
    ['reasoning', { tokens: { ...counted.tokens, reasoning: 1 } }],
    ['tool', { tool: 'codex' }],
  ])('differs with another %s, base and all', (_, replaced) => {
    const [one, other] = [keyEvent(orgId, counted), keyEvent(orgId, { ...counted, ...replaced })]
    expect(other.eventId).not.toBe(one.eventId)
    expect(other.baseId).not.toBe(one.baseId)
  })

  it('differs between organizations, and holds no base where no other path can bring it', () => {
    expect(keyEvent(orgId + 1, counted).baseId).not.toBe(keyEvent(orgId, counted).baseId)
    expect(keyEvent(orgId, { ...counted, tool: 'api' })).toMatchObject({ baseId: null, isShared: false })
  })
})

it('the keys of shorter values are pinned too', () => {
  const tokens = { uncached: 1_234, cacheRead: 5_000, cacheWrite5m: 150, cacheWrite1h: 50, output: 77, reasoning: 0 }
  const occurredAtMs = Date.parse('2026-11-20T10:00:00.123Z')
  const short = makeRequest({
    tool: 'claude-code',
    path: 'telemetry',
    key: { kind: 'counts', conversation: '5a7f' },
    occurredAtMs,
    tokens,
  })
  expect([
    keyEvent(1_867_000_000_000_001, { ...short, key: { kind: 'id', id: 'req_011C' } }),
    keyEvent(1_867_000_000_000_001, short),
    keyEvent(1_867_000_000_000_001, { ...short, tool: 'api', path: 'api' }),
  ]).toEqual([
    { eventId: 'e450623c-6aff-8f2d-b75a-e5861eac05bd', baseId: null, isShared: true },
    { eventId: 'baf78fdb-3783-84a5-8456-6a9097389a56', baseId: 'ac3a7b8f-51a9-827d-9695-d1438a4ce435', isShared: true },
    { eventId: '14438415-508c-8790-aa9c-94df41492ce6', baseId: null, isShared: false },
  ])
})

describe('keys', () => {
  const field = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })

  it('are UUIDs of version 8, and no field runs into the next', () => {
    fc.assert(
      fc.property(field, field, field, field, (tool, id, otherTool, otherId) => {
        const one = keyEvent(orgId, makeRequest({ tool, key: { kind: 'id', id } }))
        const other = keyEvent(orgId, makeRequest({ tool: otherTool, key: { kind: 'id', id: otherId } }))
        expect(one.eventId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
        expect(one.eventId === other.eventId).toBe(tool === otherTool && id === otherId)
      }),
      { numRuns },
    )
    const pair = (tool: string, id: string) => keyEvent(orgId, makeRequest({ tool, key: { kind: 'id', id } })).eventId
    expect(pair('ab', 'c')).not.toBe(pair('a', 'bc'))
    const counts = (output: number, reasoning: number) =>
      keyEvent(orgId, { ...counted, tokens: { ...noTokens, output, reasoning } }).eventId
    expect(counts(11, 1)).not.toBe(counts(1, 11))
  })

  it.each(['claude-code', 'codex', 'gemini-cli', 'qwen-code', 'opencode', 'kilo-code', 'cline', 'copilot', 'cursor', 'kiro'])(
    'of %s can come by two paths: it may never leave that list',
    (tool) => expect(keyEvent(orgId, { ...named, tool }).isShared).toBe(true),
  )
})

describe('a session', () => {
  it('is its own UUID in lower case, else a hash within organization and tool, else nothing', () => {
    expect(keySession(orgId, { ...named, session: '5A7F3C1E-0000-4000-8000-00000000BEEF' })).toBe(
      '5a7f3c1e-0000-4000-8000-00000000beef',
    )
    expect(keySession(orgId, makeRequest({ session: 'my session' }))).toBe('bb0ed20d-d39f-89f5-8417-4504dc011961')
    expect(keySession(orgId, { ...named, session: '' })).toBeNull()
  })

  it('of the same name is another in another organization or tool', () => {
    const all = [
      keySession(orgId, makeRequest({ session: 's' })),
      keySession(orgId + 1, makeRequest({ session: 's' })),
      keySession(orgId, { ...named, session: 's' }),
    ]
    expect(new Set(all).size).toBe(3)
  })
})
