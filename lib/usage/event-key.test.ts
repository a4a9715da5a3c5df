import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeRequest } from '@/lib/testing/factory'
import { keyEvent, keySession } from './event-key'

const orgId = 1_867_000_000_000_001
const at = Date.parse('2026-11-20T10:00:00.123Z')
const tokens = { uncached: 1234, cacheRead: 5000, cacheWrite5m: 150, cacheWrite1h: 50, output: 77, reasoning: 0 }

const named = makeRequest({
  tool: 'claude-code',
  path: 'telemetry',
  key: { kind: 'id', id: 'req_011C' },
  occurredAtMs: at,
  tokens,
})
const unnamed = makeRequest({
  tool: 'claude-code',
  path: 'telemetry',
  key: { kind: 'counts', conversation: '5a7f' },
  occurredAtMs: at,
  tokens,
})

describe('the key of a request', () => {
  it('is forever: what was stored under these keys must be found under them by every later version', () => {
    expect(keyEvent(orgId, named)).toEqual({ eventId: 'e450623c-6aff-8f2d-b75a-e5861eac05bd', baseId: null, isShared: true })
    expect(keyEvent(orgId, unnamed)).toEqual({
      eventId: 'baf78fdb-3783-84a5-8456-6a9097389a56',
      baseId: 'ac3a7b8f-51a9-827d-9695-d1438a4ce435',
      isShared: true,
    })
    expect(keyEvent(orgId, { ...unnamed, tool: 'api', path: 'api' })).toEqual({
      eventId: '14438415-508c-8790-aa9c-94df41492ce6',
      baseId: null,
      isShared: false,
    })
  })

  it('is a UUID of version 8', () => {
    expect(keyEvent(orgId, named).eventId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('of a request that its tool names depends on the organization, the tool and that name alone', () => {
    const { eventId } = keyEvent(orgId, named)
    const same = {
      ...named,
      path: 'api',
      occurredAtMs: at + 1,
      model: 'other',
      tokens: { ...tokens, output: 1 },
      project: 'p',
    } as const
    expect(keyEvent(orgId, same).eventId).toBe(eventId)
    expect(keyEvent(orgId + 1, named).eventId).not.toBe(eventId)
    expect(keyEvent(orgId, { ...named, tool: 'codex' }).eventId).not.toBe(eventId)
    expect(keyEvent(orgId, { ...named, key: { kind: 'id', id: 'req_011D' } }).eventId).not.toBe(eventId)
  })

  it('of one without a name tells identical requests of one path apart by their time, and has one base on every path', () => {
    const key = keyEvent(orgId, unnamed)
    const later = keyEvent(orgId, { ...unnamed, occurredAtMs: at + 1 })
    const elsewhere = keyEvent(orgId, { ...unnamed, path: 'api', occurredAtMs: at + 1_500 })
    expect(new Set([key.eventId, later.eventId, elsewhere.eventId]).size).toBe(3)
    expect([later.baseId, elsewhere.baseId]).toEqual([key.baseId, key.baseId])
  })

  it('of one without a name changes with each of its counts, its model and how it ended', () => {
    const changed = [
      ...Object.keys(tokens).map((name) => ({ ...unnamed, tokens: { ...tokens, [name]: 9 } })),
      { ...unnamed, model: 'other' },
      { ...unnamed, outcome: 'failed' } as const,
      { ...unnamed, key: { kind: 'counts', conversation: '5a7e' } } as const,
    ]
    const keys = [unnamed, ...changed].map((request) => keyEvent(orgId, request))
    expect(new Set(keys.map(({ eventId }) => eventId)).size).toBe(keys.length)
    expect(new Set(keys.map(({ baseId }) => baseId)).size).toBe(keys.length)
  })

  it('is not shared between tool and name, however a sender splits the same letters', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '#', '-'), minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(text, text, text, text, (toolA, idA, toolB, idB) => {
        const keyOf = (tool: string, id: string) => keyEvent(orgId, { ...named, tool, key: { kind: 'id', id } }).eventId
        expect(keyOf(toolA, idA) === keyOf(toolB, idB)).toBe(toolA === toolB && idA === idB)
      }),
    )
  })

  it('stands in the table of two paths only where the tool has a second path', () => {
    expect(keyEvent(orgId, named).isShared).toBe(true)
    expect(keyEvent(orgId, { ...named, tool: 'my-gateway' }).isShared).toBe(false)
    expect(keyEvent(orgId, { ...unnamed, tool: 'my-gateway' }).baseId).toBeNull()
  })
})

describe('the key of a session', () => {
  it('is the tool’s own UUID, in lower case, or a hash within organization and tool', () => {
    const session = '5A7F0000-0000-4000-8000-00000000000A'
    expect(keySession(orgId, { ...named, session })).toBe(session.toLowerCase())
    const hashed = keySession(orgId, { ...named, session: 'evening' })
    expect(hashed).toMatch(/^[0-9a-f-]{36}$/)
    expect(keySession(orgId, { ...named, session: 'evening', tool: 'codex' })).not.toBe(hashed)
    expect(keySession(orgId, { ...named, session: '' })).toBeNull()
  })
})
