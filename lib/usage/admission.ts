import { addMonths } from '@/lib/time'
import { requestLimits } from './request'
import type { Rejection, ReportedRequest } from './request'

/** The earliest and latest time that a request may have, in epoch milliseconds. */
export type Admission = { earliestMs: number; latestMs: number }

/** The window of times that are accepted at an instant: from the retention limit to ten minutes ahead. */
export function admissionAt(now: Date, retentionMonths: number): Admission {
  return {
    earliestMs: addMonths(now, -retentionMonths).getTime(),
    latestMs: now.getTime() + requestLimits.futureMsMax,
  }
}

/** Checks what holds for every path: times, counts, money and lengths. Null when the request is admitted; nothing is ever clamped. */
export function refuse(request: ReportedRequest, admission: Admission): Rejection | null {
  const { occurredAtMs, tokens } = request
  if (!Number.isSafeInteger(occurredAtMs)) {
    return { reason: 'invalid_attribute', message: 'The time is not a whole number of milliseconds. Send a valid time.' }
  }
  if (occurredAtMs < admission.earliestMs) {
    return {
      reason: 'too_old',
      message: `The time is before ${new Date(admission.earliestMs).toISOString()}, which is as far back as this organization keeps events.`,
    }
  }
  if (occurredAtMs > admission.latestMs) {
    return { reason: 'in_the_future', message: "The time is more than 10 minutes ahead. Check the sending machine's clock." }
  }
  for (const [name, count] of Object.entries(tokens)) {
    if (!Number.isSafeInteger(count) || count < 0 || count > requestLimits.tokensMax) {
      return {
        reason: 'invalid_count',
        message: `The ${name} token count is not a whole number from 0 to ${requestLimits.tokensMax}.`,
      }
    }
  }
  if (tokens.reasoning > tokens.output) {
    return {
      reason: 'inconsistent_counts',
      message: 'There are more reasoning tokens than output tokens, of which they are a part.',
    }
  }
  if (request.costNanos !== null && (request.costNanos < 0n || request.costNanos > requestLimits.costNanosMax)) {
    return { reason: 'invalid_cost', message: 'The cost is not between 0 and 10,000 dollars.' }
  }
  const credits = request.creditsMicrocredits
  if (credits !== null && (credits < 0n || credits > requestLimits.creditsMicrocreditsMax)) {
    return { reason: 'invalid_cost', message: 'The credits are not between 0 and 1,000,000.' }
  }
  for (const [name, duration] of [
    ['latency', request.latencyMs],
    ['time to first token', request.ttftMs],
  ] as const) {
    if (duration !== null && (!Number.isSafeInteger(duration) || duration < 0 || duration > requestLimits.latencyMsMax)) {
      return { reason: 'invalid_count', message: `The ${name} is not a whole number of milliseconds from 0 to one day.` }
    }
  }
  return refuseTexts(request)
}

function refuseTexts(request: ReportedRequest): Rejection | null {
  if (request.model === '') return { reason: 'missing_attribute', message: 'The model is missing. Send the model that answered.' }
  // All requests with an empty id would be one and the same, and all but the first be lost.
  if (request.key.kind === 'id' && request.key.id === '') {
    return {
      reason: 'missing_attribute',
      message: 'The request id is missing. Send the id that the tool itself gives the request.',
    }
  }
  const { nameLengthMax, keyLengthMax } = requestLimits
  const texts: [string, string, number][] = [
    ['tool', request.tool, nameLengthMax],
    ['model', request.model, nameLengthMax],
    ['provider', request.provider, nameLengthMax],
    ['client', request.client, nameLengthMax],
    ['client version', request.clientVersion, nameLengthMax],
    ['project', request.project, nameLengthMax],
    ['language', request.language, nameLengthMax],
    ['mode', request.mode, nameLengthMax],
    ['profile', request.profile, nameLengthMax],
    ['session', request.session, keyLengthMax],
    ['request id', request.key.kind === 'id' ? request.key.id : request.key.conversation, keyLengthMax],
    ['identity', request.claim?.value ?? '', keyLengthMax],
  ]
  for (const [name, text, lengthMax] of texts) {
    if (text.length > lengthMax) return { reason: 'too_long', message: `The ${name} is longer than ${lengthMax} characters.` }
    if (text.includes('\u0000') || !text.isWellFormed()) {
      return { reason: 'invalid_attribute', message: `The ${name} holds a character that is no text.` }
    }
  }
  return null
}
