import { assert } from './errors'

/** Nano-dollars in one US dollar. Money is `bigint` nano-dollars everywhere; names end in `Nanos`. */
export const NANOS_PER_DOLLAR = 1_000_000_000n

/** Micro-credits in one credit; names end in `Microcredits`. */
export const MICROCREDITS_PER_CREDIT = 1_000_000n

/** Integer division that rounds half away from zero: the only rounding of money in the product. */
export function divide(dividend: bigint, divisor: bigint): bigint {
  assert(divisor !== 0n, 'division of money by zero')
  const negative = dividend < 0n !== divisor < 0n
  const n = dividend < 0n ? -dividend : dividend
  const d = divisor < 0n ? -divisor : divisor
  const rounded = (n * 2n + d) / (d * 2n)
  return negative ? -rounded : rounded
}

/**
 * Splits a whole by weights so that the parts always sum to it: every part is floored (towards zero), and what is left goes,
 * one unit each, to the parts with the largest remainders (ties: the earlier part). Weights may not be negative;
 * at least one must be positive.
 */
export function allocate(whole: bigint, weights: readonly bigint[]): bigint[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0n)
  assert(total > 0n && weights.every((weight) => weight >= 0n), 'allocation needs weights above zero')
  const sign = whole < 0n ? -1n : 1n
  const size = whole * sign
  const parts = weights.map((weight, index) => ({
    index,
    share: (size * weight) / total,
    remainder: (size * weight) % total,
  }))
  let left = size - parts.reduce((sum, part) => sum + part.share, 0n)
  for (const part of [...parts].sort((a, b) => compare(b.remainder, a.remainder) || a.index - b.index)) {
    if (left === 0n) break
    part.share += 1n
    left -= 1n
  }
  return parts.map((part) => part.share * sign)
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * Reads a decimal number of dollars, as text or as the double that a tool sent, into nano-dollars: exact for text, and
 * for a double exact in its shortest decimal form. Rounds once, half away from zero, below a nano-dollar. Answers null
 * for what is no finite decimal number.
 */
export function parseDollars(value: string | number): bigint | null {
  const text = typeof value === 'number' ? String(value) : value.trim()
  const match = /^([+-]?)(\d{1,20})?(?:\.(\d{0,60}))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text)
  if (!match) return null
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  if (whole === '' && fraction === '') return null
  const digits = BigInt(whole + fraction)
  const scale = 9 + Number(exponent) - fraction.length
  if (scale > 60) return null
  const nanos = scale >= 0 ? digits * 10n ** BigInt(scale) : divide(digits, 10n ** BigInt(-scale))
  return sign === '-' ? -nanos : nanos
}

/** Nano-dollars as plain decimal dollars, exact, without a sign or grouping: for exports, the API and forms. */
export function toDecimalDollars(nanos: bigint): string {
  const sign = nanos < 0n ? '-' : ''
  const size = nanos < 0n ? -nanos : nanos
  const fraction = (size % NANOS_PER_DOLLAR).toString().padStart(9, '0').replace(/0+$/, '')
  return `${sign}${size / NANOS_PER_DOLLAR}${fraction === '' ? '' : `.${fraction}`}`
}
