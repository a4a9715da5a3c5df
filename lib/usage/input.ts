import { z } from 'zod'
import { AppError } from '@/lib/errors'
import {
  readCount,
  readCredits,
  readDollars,
  readDurationMs,
  readEmailClaim,
  readInstant,
  readName,
  refusable,
  refuse,
  required,
} from './fields'
import { requestLimits } from './request'
import type { Rejection, ReportedRequest, RequestKey, TokenCounts } from './request'

/** How many events one request to `POST /api/v1/usage-events` may hold. */
export const eventsPerRequestMax = 5_000

const text = z.string()
const decimal = z.union([z.string(), z.number()])

/** Token counts, each from 0 to `requestLimits.tokensMax`; the columns are disjoint, but for reasoning, a part of output. */
const counts = {
  uncachedInputTokens: z.number().nullish().describe('Input that was neither read from nor written to a cache.'),
  cacheReadTokens: z.number().nullish().describe('Input read from a cache.'),
  cacheWrite5mTokens: z.number().nullish().describe('Input written to the five-minute cache.'),
  cacheWrite1hTokens: z.number().nullish().describe('Input written to the one-hour cache.'),
  outputTokens: z.number().nullish().describe('Output, reasoning included.'),
  reasoningTokens: z.number().nullish().describe('The part of the output that was reasoning.'),
}

const amounts = {
  costUsd: decimal
    .nullish()
    .describe('What the request cost in US dollars; decimal text is exact. Estimated from prices when absent.'),
  credits: decimal.nullish().describe('The vendor’s credits that the request used.'),
}

/**
 * One event of `POST /api/v1/usage-events`: the documented shape. What its fields may hold is in `fields.ts`, the same for every
 * path. Keys that are not in it are dropped, so that a prompt sent along is never stored. Null means absent.
 */
export const UsageEvent = z.object({
  id: text
    .nullish()
    .describe('The request’s own id: a resend with the same id and time is not counted again. Needed unless session is sent.'),
  tool: text
    .nullish()
    .describe('The tool that gave the id, such as claude-code; ids of different tools never collide. By default api.'),
  occurredAt: z.union([z.string(), z.number()]).describe('ISO 8601 with a zone, or whole milliseconds since 1970.'),
  model: text.describe('The model without its provider, such as claude-sonnet-4-5.'),
  provider: text.nullish().describe('The provider’s id, such as anthropic.'),
  client: text.nullish().describe('What the person used: cli, ide, desktop, plugin, api.'),
  clientVersion: text.nullish().describe('The version of what the person used.'),
  project: text.nullish().describe('The project or repository.'),
  language: text.nullish().describe('The programming language, when the tool knows it.'),
  mode: text.nullish().describe('The mode of the tool, such as code or architect.'),
  session: text.nullish().describe('The tool’s session or conversation id.'),
  profile: text.nullish().describe('The billing profile; the key’s own by default.'),
  outcome: z.enum(['ok', 'failed']).nullish().describe('By default ok.'),
  ...counts,
  ...amounts,
  latencyMs: z.number().nullish().describe('How long the request took.'),
  ttftMs: z.number().nullish().describe('Time to the first token.'),
  userEmail: text.nullish().describe('Who made the request; believed when the key is the organization’s.'),
})
export type UsageEvent = z.infer<typeof UsageEvent>

/** An event that was read: a request, or why it is none. */
export type ReadEvent = { request: ReportedRequest } | { rejection: Rejection }

/** The bodies that usage events may come in. */
export const usageEventTypes = { json: 'application/json', lines: 'application/x-ndjson' } as const

/** Whether the content type is newline-delimited JSON, under any of its names; null for a type that is not taken. */
export function usageEventFormatOf(contentType: string): 'json' | 'lines' | null {
  switch (contentType.split(';')[0]?.trim().toLowerCase()) {
    case usageEventTypes.json:
      return 'json'
    case usageEventTypes.lines:
    case 'application/ndjson':
    case 'application/jsonl':
      return 'lines'
    default:
      return null
  }
}

/**
 * Reads the body of `POST /api/v1/usage-events`, a JSON array, `{"events": […]}` or one JSON object a line, in its order. A bad
 * event never spoils the others; a body that is none of these is *invalid*, one with too many events *limit_reached*.
 */
export function readUsageEvents(bytes: Uint8Array, format: 'json' | 'lines'): ReadEvent[] {
  const text = textOf(bytes)
  const events = format === 'json' ? eventsOf(parseJson(text)) : linesOf(text)
  if (events.length > eventsPerRequestMax)
    throw new AppError('limit_reached', `One request may hold ${eventsPerRequestMax} events. Send the rest in another one.`)
  return events.map(readUsageEvent)
}

const notJson = Symbol('a line that is not JSON')

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new AppError('invalid', 'The body is not UTF-8. Send JSON in UTF-8.')
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own message quotes the payload, so it must not reach anybody.
    return notJson
  }
}

function eventsOf(body: unknown): readonly unknown[] {
  if (body === notJson)
    throw new AppError(
      'invalid',
      `The body is not JSON. Send an array of events, or one event a line as ${usageEventTypes.lines}.`,
    )
  if (Array.isArray(body)) return body
  if (typeof body === 'object' && body !== null && 'events' in body && Array.isArray(body.events)) return body.events
  throw new AppError('invalid', 'Send an array of events, or an object with the array in "events".')
}

function linesOf(text: string): readonly unknown[] {
  const events: unknown[] = []
  for (let start = 0; start < text.length && events.length <= eventsPerRequestMax;) {
    const newline = text.indexOf('\n', start)
    const end = newline === -1 ? text.length : newline
    const line = text.slice(start, end).trim()
    if (line !== '') events.push(parseJson(line))
    start = end + 1
  }
  if (events.every((event) => event === notJson))
    throw new AppError('invalid', 'No line of the body is JSON. Send one event a line, each a JSON object.')
  return events
}

function readUsageEvent(event: unknown): ReadEvent {
  return refusable(() => {
    if (event === notJson) return refuse('invalid_attribute', 'The line is not JSON. Send one JSON object a line.')
    if (typeof event !== 'object' || event === null || Array.isArray(event))
      return refuse('invalid_attribute', 'The event is not a JSON object. Send an object with a model and occurredAt.')
    const parsed = UsageEvent.safeParse(event)
    return parsed.success ? { request: requestOf(parsed.data) } : refuseType(event, parsed.error.issues[0]?.path[0])
  })
}

/** Refuses an event whose field is missing or of the wrong JSON type. */
function refuseType(event: object, key: PropertyKey | undefined): never {
  const field = String(key)
  const value: unknown = Reflect.get(event, field)
  if (value === undefined || value === null) return required<never>(field, undefined)
  const message = `${field} has the wrong type or value. See the documented schema.`
  if (field in counts) return refuse('invalid_count', message)
  return refuse(field in amounts ? 'invalid_cost' : 'invalid_attribute', message)
}

function requestOf(event: UsageEvent): ReportedRequest {
  return {
    tool: readTool(event.tool),
    path: 'api',
    key: readKey(event),
    occurredAtMs: readOccurredAtMs(event.occurredAt),
    claim: readEmailClaim('userEmail', event.userEmail) ?? null,
    model: required('model', readName('model', event.model)),
    provider: readName('provider', event.provider) ?? '',
    client: readName('client', event.client) ?? '',
    clientVersion: readName('clientVersion', event.clientVersion) ?? '',
    project: readName('project', event.project) ?? '',
    language: readName('language', event.language) ?? '',
    mode: readName('mode', event.mode) ?? '',
    session: readName('session', event.session, requestLimits.keyLengthMax) ?? '',
    profile: readName('profile', event.profile) ?? '',
    outcome: event.outcome ?? 'ok',
    tokens: readTokens(event),
    costNanos: readDollars('costUsd', event.costUsd) ?? null,
    creditsMicrocredits: readCredits('credits', event.credits) ?? null,
    latencyMs: readDurationMs('latencyMs', event.latencyMs) ?? null,
    ttftMs: readDurationMs('ttftMs', event.ttftMs) ?? null,
  }
}

/** The namespace of the ids of events that name no tool. */
const defaultTool = 'api'

function readTool(tool: string | null | undefined): string {
  const named = readName('tool', tool) ?? defaultTool
  return /^[a-z0-9][a-z0-9._-]{0,63}$/.test(named)
    ? named
    : refuse('invalid_attribute', 'tool must be lower-case letters, digits, dots and dashes, such as claude-code.')
}

function readKey(event: UsageEvent): RequestKey {
  const id = readName('id', event.id, requestLimits.keyLengthMax)
  if (id !== undefined) return { kind: 'id', id }
  const conversation = readName('session', event.session, requestLimits.keyLengthMax)
  if (conversation !== undefined) return { kind: 'counts', conversation }
  return refuse(
    'missing_attribute',
    'id is missing. Send the request’s own id, or a session, so that a resend is not counted twice.',
  )
}

function readOccurredAtMs(occurredAt: string | number): number {
  if (typeof occurredAt === 'string') return required('occurredAt', readInstant('occurredAt', occurredAt))
  return Number.isSafeInteger(occurredAt) && occurredAt >= 0
    ? occurredAt
    : refuse('invalid_attribute', 'occurredAt must be whole milliseconds since 1970, or ISO 8601 with a zone.')
}

function readTokens(event: UsageEvent): TokenCounts {
  const tokens: TokenCounts = {
    uncached: readCount('uncachedInputTokens', event.uncachedInputTokens) ?? 0,
    cacheRead: readCount('cacheReadTokens', event.cacheReadTokens) ?? 0,
    cacheWrite5m: readCount('cacheWrite5mTokens', event.cacheWrite5mTokens) ?? 0,
    cacheWrite1h: readCount('cacheWrite1hTokens', event.cacheWrite1hTokens) ?? 0,
    output: readCount('outputTokens', event.outputTokens) ?? 0,
    reasoning: readCount('reasoningTokens', event.reasoningTokens) ?? 0,
  }
  if (tokens.reasoning > tokens.output)
    refuse('inconsistent_counts', 'reasoningTokens is more than outputTokens, of which it is a part. Send output with reasoning.')
  return tokens
}
