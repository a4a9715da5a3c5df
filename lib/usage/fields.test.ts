import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  readCount,
  readCredits,
  readDollars,
  readDurationMs,
  readEmailClaim,
  readInstant,
  readName,
  refusable,
  RequestRefused,
} from './fields'
import { requestLimits } from './request'

describe('a count', () => {
  it('is the same as an integer, an integral double and digits', () => {
    fc.assert(
      fc.property(fc.nat({ max: requestLimits.tokensMax }), (count) => {
        expect(readCount('tokens', count)).toBe(count)
        expect(readCount('tokens', String(count))).toBe(count)
      }),
    )
    expect(Object.is(readCount('tokens', -0), 0)).toBe(true)
    expect(readCount('tokens', undefined)).toBeUndefined()
  })

  it.each([
    -1,
    1.5,
    requestLimits.tokensMax + 1,
    Number.NaN,
    Infinity,
    '-1',
    '1.5',
    '1e3',
    '0x10',
    ' 1',
    '',
    '1'.repeat(21),
    true,
    {},
  ])('is never clamped or guessed: %j is refused', (value) =>
    expect(() => readCount('tokens', value)).toThrow(/tokens must be a whole number from 0 to 100000000/),
  )
})

describe('an amount', () => {
  it('keeps every nano-dollar of text, and the shortest decimal of a double', () => {
    expect(readDollars('cost', '0.007219500')).toBe(7_219_500n)
    expect(readDollars('cost', 0.0072195)).toBe(7_219_500n)
    expect(readDollars('cost', 10_000)).toBe(requestLimits.costNanosMax)
    expect(readDollars('cost', null)).toBeUndefined()
  })

  it.each([-0.01, '-1', '10000.000000001', Number.NaN, Infinity, 'free', '', '$5', true, []])('%j is refused', (value) =>
    expect(() => readDollars('cost', value)).toThrow(/cost must be an amount in US dollars/),
  )

  it('in credits is micro-credits', () => {
    expect(readCredits('credits', '2.5')).toBe(2_500_000n)
    expect(readCredits('credits', 0.000001)).toBe(1n)
    expect(readCredits('credits', undefined)).toBeUndefined()
    for (const value of [-1, '1000000.1', 'many']) expect(() => readCredits('credits', value)).toThrow(/credits must be a number/)
  })
})

describe('an instant', () => {
  it.each([
    ['2026-03-01T12:00:00.123Z', Date.UTC(2026, 2, 1, 12, 0, 0, 123)],
    ['2026-03-01T12:00:00.123999999Z', Date.UTC(2026, 2, 1, 12, 0, 0, 123)],
    ['2026-03-01T12:00:00+05:30', Date.UTC(2026, 2, 1, 6, 30)],
    ['2024-02-29T00:00Z', Date.UTC(2024, 1, 29)],
  ])('%s is read to the millisecond', (text, epochMs) => expect(readInstant('at', text)).toBe(epochMs))

  it.each([
    '2026-03-01',
    '2026-03-01T12:00:00',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-03-01T25:00:00Z',
    'now',
    5,
    {},
  ])('%j is refused: a day or a zone would have to be guessed', (value) =>
    expect(() => readInstant('at', value)).toThrow(/at must be a time such as/),
  )
})

describe('a name', () => {
  it('is kept as it is, to the last character of the limit', () => {
    expect(readName('project', ' Größe 日本 🚀 ')).toBe(' Größe 日本 🚀 ')
    expect(readName('project', 'x'.repeat(requestLimits.nameLengthMax))).toHaveLength(requestLimits.nameLengthMax)
    expect(readName('project', 42)).toBe('42')
    for (const absent of ['', null, undefined]) expect(readName('project', absent)).toBeUndefined()
  })

  it.each([['a\u0000'], ['a\n'], ['a\udc00'], [1.5], [true], [{}], ['x'.repeat(201)]])('%j is refused', (value) =>
    expect(() => readName('project', value)).toThrow(RequestRefused),
  )
})

describe('a duration', () => {
  it('is whole milliseconds, truncated, up to a day', () => {
    expect(readDurationMs('latency', 19.9)).toBe(19)
    expect(readDurationMs('latency', '19')).toBe(19)
    expect(readDurationMs('latency', 86_400_000)).toBe(86_400_000)
    for (const value of [-1, 86_400_001, Number.NaN, 'slow'])
      expect(() => readDurationMs('latency', value)).toThrow(/latency must be/)
  })
})

describe('a claim by e-mail', () => {
  it('is one person however it is written', () => {
    expect(readEmailClaim('email', 'Ann@Example.COM')).toEqual({ namespace: 'email', value: 'ann@example.com' })
    expect(() => readEmailClaim('email', 'ann')).toThrow(/not an e-mail address/)
  })
})

describe('a refusal', () => {
  it('is answered in place of the request, and a bug is not', () => {
    expect(refusable(() => readCount('tokens', -1))).toMatchObject({ rejection: { reason: 'invalid_count' } })
    expect(() =>
      refusable(() => {
        throw new TypeError('a bug')
      }),
    ).toThrow(TypeError)
  })
})
