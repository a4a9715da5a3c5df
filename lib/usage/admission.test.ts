import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeRequest } from '@/lib/testing/factory'
import { admissionAt, refuse } from './admission'
import { noTokens, requestLimits } from './request'
import type { RejectionReason, ReportedRequest, TokenCounts } from './request'

const numRuns = process.env['PROVE'] ? 10_000 : 300
const now = new Date('2026-11-20T12:00:00.000Z')
const admission = admissionAt(now, 25)
const plain = makeRequest()
const reasonOf = (replaced: Partial<ReportedRequest>) => refuse({ ...plain, ...replaced }, admission)?.reason ?? null

/** A test per reason: what is refused with it, and beside it what is just admitted. */
function expectReason(reason: RejectionReason, refused: Partial<ReportedRequest>[], admitted: Partial<ReportedRequest>[]) {
  expect(refused.map(reasonOf)).toEqual(refused.map(() => reason))
  expect(admitted.map(reasonOf)).toEqual(admitted.map(() => null))
}

const tokenNames = ['uncached', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h', 'output', 'reasoning'] as const
const withTokens = (tokens: Partial<TokenCounts>) => ({ tokens: { ...noTokens, ...tokens } })

describe('a request', () => {
  it('from before the retention is too old, to the millisecond', () => {
    expect(new Date(admission.earliestMs).toISOString()).toBe('2024-10-20T12:00:00.000Z')
    expectReason(
      'too_old',
      [{ occurredAtMs: admission.earliestMs - 1 }, { occurredAtMs: 0 }, { occurredAtMs: -1 }],
      [{ occurredAtMs: admission.earliestMs }],
    )
  })

  it('more than ten minutes ahead is in the future', () => {
    const latestMs = now.getTime() + 600_000
    expectReason(
      'in_the_future',
      [{ occurredAtMs: latestMs + 1 }, { occurredAtMs: Number.MAX_SAFE_INTEGER }],
      [{ occurredAtMs: latestMs }],
    )
  })

  it('at no whole millisecond has an invalid time', () => {
    expectReason(
      'invalid_attribute',
      [
        { occurredAtMs: now.getTime() + 0.5 },
        { occurredAtMs: Number.NaN },
        { occurredAtMs: Infinity },
        { occurredAtMs: 2 ** 60 },
      ],
      [{ occurredAtMs: now.getTime() }],
    )
  })

  it('with a negative, fractional or absurd count is refused, whichever count it is', () => {
    for (const name of tokenNames) {
      const refused = [-1, 0.5, Number.NaN, Infinity, requestLimits.tokensMax + 1].map((count) => withTokens({ [name]: count }))
      const most = { [name]: requestLimits.tokensMax, output: requestLimits.tokensMax }
      expectReason('invalid_count', refused, [withTokens(most), withTokens({ [name]: -0 })])
    }
  })

  it('with more reasoning than output contradicts itself', () => {
    expectReason('inconsistent_counts', [withTokens({ output: 9, reasoning: 10 })], [withTokens({ output: 10, reasoning: 10 })])
  })

  it('with a negative or absurd cost, or absurd credits, has an invalid cost', () => {
    const { costNanosMax, creditsMicrocreditsMax } = requestLimits
    expectReason(
      'invalid_cost',
      [
        { costNanos: -1n },
        { costNanos: costNanosMax + 1n },
        { creditsMicrocredits: -1n },
        { creditsMicrocredits: creditsMicrocreditsMax + 1n },
      ],
      [
        { costNanos: 0n },
        { costNanos: costNanosMax },
        { costNanos: null },
        { creditsMicrocredits: 0n },
        { creditsMicrocredits: creditsMicrocreditsMax },
      ],
    )
    expect(costNanosMax).toBe(10_000_000_000_000n)
  })

  it('with a duration that is none, or longer than a day, is refused', () => {
    for (const name of ['latencyMs', 'ttftMs'] as const) {
      expectReason(
        'invalid_count',
        [-1, 1.5, Number.NaN, 86_400_001].map((ms) => ({ [name]: ms })),
        [{ [name]: 0 }, { [name]: 86_400_000 }, { [name]: null }],
      )
    }
  })

  it('without a model, or without the id that makes it count once, misses an attribute', () => {
    expectReason(
      'missing_attribute',
      [{ model: '' }, { key: { kind: 'id', id: '' } }],
      [{ model: 'm' }, { key: { kind: 'id', id: '0' } }],
    )
  })

  const texts: [string, number, (text: string) => Partial<ReportedRequest>][] = [
    ['tool', 200, (tool) => ({ tool })],
    ['model', 200, (model) => ({ model })],
    ['provider', 200, (provider) => ({ provider })],
    ['client', 200, (client) => ({ client })],
    ['client version', 200, (clientVersion) => ({ clientVersion })],
    ['project', 200, (project) => ({ project })],
    ['language', 200, (language) => ({ language })],
    ['mode', 200, (mode) => ({ mode })],
    ['profile', 200, (profile) => ({ profile })],
    ['session', 500, (session) => ({ session })],
    ['request id', 500, (id) => ({ key: { kind: 'id', id } })],
    ['conversation', 500, (conversation) => ({ key: { kind: 'counts', conversation } })],
    ['identity', 500, (value) => ({ claim: { namespace: 'email', value } })],
  ]

  it.each(texts)('with a %s longer than %d characters is too long', (_, lengthMax, withText) =>
    expectReason(
      'too_long',
      [withText('x'.repeat(lengthMax + 1))],
      [withText('x'.repeat(lengthMax)), withText('日'.repeat(lengthMax))],
    ),
  )

  it.each(texts)('whose %s holds a NUL or half a character is refused: the database has no place for it', (_, __, withText) =>
    expectReason(
      'invalid_attribute',
      [withText('a\u0000b'), withText('\ud800'), withText('\udc00a')],
      [withText('😀 "{,}\\ \' \n')],
    ),
  )

  it('is never changed by being looked at, and is refused with a sentence that quotes nothing of it', () => {
    const canary = 'canary-7Q'
    const names = fc.constantFrom('model', 'project', 'client', 'session', 'tool')
    fc.assert(
      fc.property(
        names,
        fc.constantFrom('x'.repeat(600), '\u0000', '\udfff'),
        fc.double(),
        fc.double(),
        (name, text, occurredAtMs, count) => {
          const request = { ...plain, [name]: `${canary}${text}`, occurredAtMs, tokens: { ...noTokens, output: count } }
          const copy = structuredClone(request)
          for (const each of [request, { ...request, occurredAtMs: plain.occurredAtMs }, { ...plain, [name]: request[name] }]) {
            const rejection = refuse(each, admission)
            expect(rejection?.message).toMatch(/^[A-Z].*\.$/)
            expect(rejection?.message).not.toContain(canary)
          }
          expect(request).toEqual(copy)
        },
      ),
      { numRuns },
    )
  })

  it('in bounds is always admitted', () => {
    const count = fc.nat({ max: requestLimits.tokensMax })
    const tokens = fc.record({ uncached: count, cacheRead: count, cacheWrite5m: count, cacheWrite1h: count, output: count })
    const time = fc.integer({ min: admission.earliestMs, max: admission.latestMs })
    const cost = fc.option(fc.bigInt({ min: 0n, max: requestLimits.costNanosMax }))
    fc.assert(
      fc.property(
        tokens,
        time,
        cost,
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
        (counts, occurredAtMs, costNanos, text) => {
          const words = { model: text, project: text, client: text, key: { kind: 'id' as const, id: text } }
          expect(reasonOf({ ...words, tokens: { ...counts, reasoning: counts.output }, occurredAtMs, costNanos })).toBeNull()
        },
      ),
      { numRuns },
    )
  })
})
