import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MICROCREDITS_PER_CREDIT, NANOS_PER_DOLLAR, allocate, divide, parseDollars, toDecimalDollars } from './money'

const numRuns = process.env['PROVE'] ? 20_000 : 300

const anyAmount = fc.bigInt({ min: -(10n ** 28n), max: 10n ** 28n })
const sizeOf = (value: bigint) => (value < 0n ? -value : value)

describe('divide', () => {
  it.each([
    [5n, 2n, 3n],
    [-5n, 2n, -3n],
    [5n, -2n, -3n],
    [-5n, -2n, 3n],
    [4n, 3n, 1n],
    [-4n, 3n, -1n],
    [1n, 3n, 0n],
    [0n, -7n, 0n],
    [49n, 100n, 0n],
    [50n, 100n, 1n],
    [-50n, 100n, -1n],
  ])('%d over %d is %d: halves go away from zero', (dividend, divisor, expected) =>
    expect(divide(dividend, divisor)).toBe(expected),
  )

  it('is never more than half a unit off, and a half is always the one further from zero', () => {
    fc.assert(
      fc.property(
        anyAmount,
        anyAmount.filter((divisor) => divisor !== 0n),
        (dividend, divisor) => {
          const quotient = divide(dividend, divisor)
          const error = quotient * divisor - dividend
          expect(sizeOf(error) * 2n <= sizeOf(divisor)).toBe(true)
          if (sizeOf(error) * 2n === sizeOf(divisor)) expect(sizeOf(quotient * divisor) > sizeOf(dividend)).toBe(true)
          expect(divide(-dividend, divisor)).toBe(-quotient)
          expect(divide(dividend, -divisor)).toBe(-quotient)
        },
      ),
      { numRuns },
    )
  })

  it('by zero is a bug, not a number', () => expect(() => divide(1n, 0n)).toThrow(/division of money by zero/))
})

describe('allocate', () => {
  const weights = fc
    .array(fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 10n ** 12n })), { minLength: 1, maxLength: 30 })
    .filter((all) => all.some((weight) => weight > 0n))

  it('gives parts that sum to the whole, each less than a unit from its exact share', () => {
    fc.assert(
      fc.property(anyAmount, weights, (whole, all) => {
        const parts = allocate(whole, all)
        const total = all.reduce((sum, weight) => sum + weight, 0n)
        expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(whole)
        parts.forEach((part, index) => {
          const weight = all[index] ?? 0n
          expect(sizeOf(part * total - whole * weight) < total).toBe(true)
          if (weight === 0n) expect(part).toBe(0n)
        })
      }),
      { numRuns },
    )
  })

  it('never gives a larger weight less, and of equal ones the earlier gets the odd unit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 20n }), weights, (whole, all) => {
        const parts = allocate(whole, all)
        const sorted = parts.map((part, index) => ({ part, weight: all[index] ?? 0n, index }))
        sorted.sort((a, b) => (a.weight < b.weight ? 1 : a.weight > b.weight ? -1 : a.index - b.index))
        sorted.slice(1).forEach(({ part }, index) => expect(part <= (sorted[index]?.part ?? 0n)).toBe(true))
      }),
      { numRuns },
    )
    expect(allocate(100n, [1n, 1n, 1n])).toEqual([34n, 33n, 33n])
    expect(allocate(-100n, [1n, 1n, 1n])).toEqual([-34n, -33n, -33n])
    expect(allocate(1n, [1n, 2n])).toEqual([0n, 1n])
  })

  it('takes back exactly what it gave: a negative whole mirrors the positive one', () => {
    fc.assert(
      fc.property(anyAmount, weights, (whole, all) => {
        expect(allocate(-whole, all)).toEqual(allocate(whole, all).map((part) => -part))
      }),
      { numRuns },
    )
  })

  it('among no weights, zeros alone or negative ones is a bug', () => {
    for (const all of [[], [0n, 0n], [2n, -1n]]) expect(() => allocate(1n, all)).toThrow(/weights above zero/)
  })
})

/** Shifts the decimal point of a text nine places and looks at the digit behind it: no arithmetic in common with the code. */
function nanosOfText({
  sign,
  whole,
  fraction,
  exponent,
}: {
  sign: string
  whole: string
  fraction: string
  exponent: number
}): bigint {
  const digits = whole + fraction
  const point = whole.length + exponent + 9
  const padded = point <= 0 ? `${'0'.repeat(1 - point)}${digits}` : digits.padEnd(point, '0')
  const at = Math.max(point, 1)
  const nanos = BigInt(padded.slice(0, at)) + (Number(padded[at] ?? '0') >= 5 ? 1n : 0n)
  return sign === '-' ? -nanos : nanos
}

const digits = (bounds: { minLength: number; maxLength: number }) =>
  fc.array(fc.integer({ min: 0, max: 9 }), bounds).map((all) => all.join(''))

describe('parseDollars', () => {
  it('reads decimal text exactly, whatever its length and exponent, and rounds once below a nano-dollar', () => {
    fc.assert(
      fc.property(
        fc.record({
          sign: fc.constantFrom('', '+', '-'),
          whole: digits({ minLength: 1, maxLength: 20 }),
          fraction: digits({ minLength: 0, maxLength: 60 }),
          exponent: fc.integer({ min: -90, max: 50 }),
          mark: fc.constantFrom('e', 'E', 'e+'),
        }),
        ({ mark, ...parts }) => {
          const { sign, whole, fraction, exponent } = parts
          const power = exponent === 0 ? '' : `${exponent < 0 ? 'e' : mark}${exponent}`
          const text = `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}${power}`
          expect(parseDollars(text)).toBe(nanosOfText(parts))
          expect(parseDollars(`  ${text}\n`)).toBe(nanosOfText(parts))
        },
      ),
      { numRuns },
    )
  })

  it('reads a double as the decimal that a person would write for it', () => {
    fc.assert(
      // Fifteen digits survive the way through a double and back.
      fc.property(fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 }), (nanos) => {
        expect(parseDollars(nanos / 1e9)).toBe(BigInt(nanos))
      }),
      { numRuns },
    )
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e40, max: 1e40 }), (dollars) => {
        expect(parseDollars(dollars)).toBe(parseDollars(String(dollars)))
      }),
      { numRuns },
    )
    expect(parseDollars(0.0072195)).toBe(7_219_500n)
    expect(parseDollars(0.1 + 0.2)).toBe(300_000_000n)
    expect(parseDollars(-0)).toBe(0n)
    expect(parseDollars(1e-7)).toBe(100n)
    expect(parseDollars(1e21)).toBe(10n ** 30n)
    expect(parseDollars(Number.MIN_VALUE)).toBe(0n)
  })

  it.each([
    ['5e-10', 1n],
    ['4.9999e-10', 0n],
    ['-5e-10', -1n],
    ['.5', 500_000_000n],
    ['5.', 5_000_000_000n],
    ['+7', 7_000_000_000n],
    ['0.0000000005', 1n],
    ['99999999999999999999.999999999', 99_999_999_999_999_999_999_999_999_999n],
  ])('%s dollars are %d nano-dollars', (text, nanos) => expect(parseDollars(text)).toBe(nanos))

  it.each([
    '', ' ', '.', '-', '+', 'e5', '1e', '1e+', '1e1.5', '1e1000', '1e61', '--1', '1-', '1,5', '1 5', '1_000', '$5', '0x10', '0b1',
    'NaN', 'Infinity', 'null', '١', '1'.repeat(21), `0.${'1'.repeat(61)}`, Number.NaN, Infinity, -Infinity, Number.MAX_VALUE,
  ])('%j is no amount', (value) => expect(parseDollars(value)).toBeNull()) // prettier-ignore
})

describe('toDecimalDollars', () => {
  it('writes every nano-dollar, and reads back as the same amount', () => {
    fc.assert(
      fc.property(anyAmount, (nanos) => {
        const text = toDecimalDollars(nanos)
        expect(text).toMatch(/^-?(?:0|[1-9]\d*)(?:\.\d{0,8}[1-9])?$/)
        expect(parseDollars(text)).toBe(nanos)
      }),
      { numRuns },
    )
  })

  it.each([
    [0n, '0'],
    [1n, '0.000000001'],
    [-1n, '-0.000000001'],
    [7_219_500n, '0.0072195'],
    [NANOS_PER_DOLLAR, '1'],
    [-12_340_000_000n, '-12.34'],
  ])('%d is %s', (nanos, text) => expect(toDecimalDollars(nanos)).toBe(text))
})

it('a dollar is a billion nano-dollars, a credit a million micro-credits: stored amounts depend on it forever', () => {
  expect([NANOS_PER_DOLLAR, MICROCREDITS_PER_CREDIT]).toEqual([1_000_000_000n, 1_000_000n])
})
