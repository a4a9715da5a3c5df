import { divide, parseDollars } from '@/lib/money'
import { requestLimits } from './request'
import type { IdentityClaim, Rejection, RejectionReason } from './request'

// What one field of a reported request may hold, whatever the path by which it comes. A field that breaks its rule refuses the
// request; nothing is clamped or guessed. The sentences name the field as its sender knows it, and never quote its value.

/** Thrown by the rules of this file and caught by `refusable`: the request cannot be counted, and why. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused'

  constructor(readonly rejection: Rejection) {
    super(rejection.message)
  }
}

/** Runs what reads a request, and answers the rejection of the field that broke its rule in place of the request. */
export function refusable<Read>(read: () => Read): Read | { rejection: Rejection } {
  try {
    return read()
  } catch (error) {
    if (error instanceof RequestRefused) return { rejection: error.rejection }
    throw error
  }
}

/** Refuses the request that is being read. */
export function refuse(reason: RejectionReason, message: string): never {
  throw new RequestRefused({ reason, message })
}

/** A field that must be there. */
export function required<Value>(field: string, value: Value | undefined): Value {
  return value ?? refuse('missing_attribute', `${field} is missing. Send it with every request.`)
}

/** A name, such as a model or a project; undefined when absent or empty. */
export function readName(field: string, value: unknown, lengthMax: number = requestLimits.nameLengthMax): string | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
  if (typeof text !== 'string') return refuse('invalid_attribute', `${field} is not text. Send it as a string.`)
  if (text.length > lengthMax) refuse('too_long', `${field} is longer than ${lengthMax} characters. Shorten it.`)
  if (controls.test(text) || !text.isWellFormed())
    refuse('invalid_attribute', `${field} holds control characters or broken Unicode. Remove them.`)
  return text
}

/** Control characters, of which the database cannot hold NUL; text that is not well formed has no UTF-8. */
const controls = /[\u0000-\u001f\u007f-\u009f]/

/** A count of tokens as an integer, an integral double or digits as text; undefined when absent. */
export function readCount(field: string, value: unknown, max: number = requestLimits.tokensMax): number | undefined {
  if (value === undefined || value === null) return undefined
  const count = typeof value === 'string' && /^\d{1,20}$/.test(value) ? Number(value) : value
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 0 || count > max)
    return refuse('invalid_count', `${field} must be a whole number from 0 to ${max}. Check what the sender puts into it.`)
  // The double −0 is a whole number too, and must not be stored as one.
  return count === 0 ? 0 : count
}

/** Dollars, as decimal text or as a number, in nano-dollars; undefined when absent. */
export function readDollars(field: string, value: unknown): bigint | undefined {
  const nanos = readDecimal(value)
  if (nanos === undefined) return undefined
  if (nanos === null || nanos < 0n || nanos > requestLimits.costNanosMax)
    return refuse('invalid_cost', `${field} must be an amount in US dollars from 0 to 10000. Check what the sender puts into it.`)
  return nanos
}

/** Vendor credits, as decimal text or as a number, in micro-credits; undefined when absent. */
export function readCredits(field: string, value: unknown): bigint | undefined {
  const billionths = readDecimal(value)
  if (billionths === undefined) return undefined
  const microcredits = billionths === null ? -1n : divide(billionths, 1_000n)
  if (billionths === null || billionths < 0n || microcredits > requestLimits.creditsMicrocreditsMax)
    return refuse('invalid_cost', `${field} must be a number of credits from 0 to 1000000. Check what the sender puts into it.`)
  return microcredits
}

function readDecimal(value: unknown): bigint | null | undefined {
  if (value === undefined || value === null) return undefined
  return typeof value === 'string' || typeof value === 'number' ? parseDollars(value) : null
}

/** A duration in milliseconds, as a number or as decimal text, truncated to whole ones; undefined when absent. */
export function readDurationMs(field: string, value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined
  const durationMs = typeof value === 'string' && /^\d{1,20}(\.\d{1,20})?$/.test(value) ? Number(value) : value
  if (typeof durationMs !== 'number' || !(durationMs >= 0) || durationMs > requestLimits.latencyMsMax)
    return refuse('invalid_attribute', `${field} must be milliseconds from 0 to ${requestLimits.latencyMsMax} (a day).`)
  return Math.trunc(durationMs) + 0
}

/** An instant as ISO 8601 with a zone, in whole epoch milliseconds (truncated); undefined when absent. */
export function readInstant(field: string, value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const parts = typeof value === 'string' ? isoInstant.exec(value) : null
  const [text, date = '', day = ''] = parts ?? []
  const epochMs = text === undefined || Number(day) > daysInMonth(date) ? Number.NaN : Date.parse(text)
  return Number.isNaN(epochMs)
    ? refuse('invalid_attribute', `${field} must be a time such as 2026-03-01T12:00:00.000Z, with its zone.`)
    : epochMs
}

const isoInstant = /^(\d{4}-\d\d)-(\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/

/** The number of days of a month as `YYYY-MM`; date parsers read 30 February as 2 March. */
function daysInMonth(month: string): number {
  const [year = '', monthOfYear = ''] = month.split('-')
  return new Date(Date.UTC(Number(year), Number(monthOfYear), 0)).getUTCDate()
}

/** A claim by e-mail, in lower case: how a tool writes an address doesn't make another person of it. */
export function readEmailClaim(field: string, value: unknown): IdentityClaim | undefined {
  const email = readName(field, value)?.trim().toLowerCase()
  if (email === undefined) return undefined
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) return refuse('invalid_attribute', `${field} is not an e-mail address.`)
  return { namespace: 'email', value: email }
}
