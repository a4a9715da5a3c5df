import type { Rejection } from '@/lib/usage/request'
import type { Encoding, Signal } from './otlp'

/** The body of an OTLP answer and its content type. */
export type Answer = { body: string | Uint8Array<ArrayBuffer>; contentType: string }

/** The content types of OTLP/HTTP. */
export const contentTypes: Readonly<Record<Encoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
}

/** The encoding that a content type names, parameters aside, or null for one that OTLP/HTTP does not have. */
export function encodingOf(contentType: string): Encoding | null {
  const mediaType = contentType.split(';')[0]?.trim().toLowerCase()
  if (mediaType === contentTypes.protobuf) return 'protobuf'
  return mediaType === contentTypes.json ? 'json' : null
}

/**
 * The answer to a request that was taken: `Export<Signal>ServiceResponse`, empty when every record was, else with the number of
 * those that were refused, and why. The sender must not send those again.
 */
export function acceptedAnswer(signal: Signal, encoding: Encoding, rejections: readonly Rejection[]): Answer {
  const contentType = contentTypes[encoding]
  if (rejections.length === 0) return { contentType, body: encoding === 'protobuf' ? new Uint8Array() : '{}' }
  const rejectedCount = rejections.length
  const errorMessage = reasonsOf(rejections)
  if (encoding === 'protobuf') {
    const partialSuccess = [...integerField(1, rejectedCount), ...textField(2, errorMessage)]
    return { contentType, body: Uint8Array.from(bytesField(1, partialSuccess)) }
  }
  // 64-bit integers are text in protobuf's JSON.
  return {
    contentType,
    body: JSON.stringify({ partialSuccess: { [rejectedNames[signal]]: String(rejectedCount), errorMessage } }),
  }
}

/** The answer to a request that was not taken: a `google.rpc.Status` with a sentence that says what to do. */
export function refusedAnswer(encoding: Encoding, httpStatus: number, message: string): Answer {
  const code = statusCodes.get(httpStatus) ?? unknownStatusCode
  const contentType = contentTypes[encoding]
  if (encoding === 'json') return { contentType, body: JSON.stringify({ code, message }) }
  return { contentType, body: Uint8Array.from([...integerField(1, code), ...textField(2, message)]) }
}

const rejectedNames: Readonly<Record<Signal, string>> = {
  logs: 'rejectedLogRecords',
  traces: 'rejectedSpans',
  metrics: 'rejectedDataPoints',
}

/** The codes of google.rpc by HTTP status: invalid argument, unauthenticated, permission denied, resource exhausted, unavailable. */
const statusCodes: ReadonlyMap<number, number> = new Map([
  [400, 3],
  [401, 16],
  [403, 7],
  [413, 8],
  [415, 3],
  [503, 14],
])
const unknownStatusCode = 2

/** How many different sentences an answer repeats; the Sources page has them all. */
const sentencesMax = 5

function reasonsOf(rejections: readonly Rejection[]): string {
  const counts = new Map<string, number>()
  for (const { message } of rejections) counts.set(message, (counts.get(message) ?? 0) + 1)
  const sentences = [...counts].map(([message, count]) => (count === 1 ? message : `${message} (${count} records)`))
  const rest = sentences.length - sentencesMax
  return [...sentences.slice(0, sentencesMax), ...(rest > 0 ? [`And ${rest} other reasons.`] : [])].join(' ')
}

function integerField(number: number, value: number): number[] {
  return [number << 3, ...varintOf(value)]
}

function textField(number: number, text: string): number[] {
  return bytesField(number, [...new TextEncoder().encode(text)])
}

function bytesField(number: number, bytes: readonly number[]): number[] {
  return [(number << 3) | 2, ...varintOf(bytes.length), ...bytes]
}

/** A whole number that is not negative, seven bits a byte, the lowest first. */
function varintOf(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest > 0x7f) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  return [...bytes, rest]
}
