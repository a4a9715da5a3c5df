import { resourceFromAttributes } from '@opentelemetry/resources'
import { ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer'
import { Random } from './demo/random'

/**
 * Usage as tools send it, made from numbers alone: the same seed and position give the same event, with an id of its own, so that
 * whoever sent it can say exactly what must be stored. Each has a whole number of micro-dollars as its cost.
 */
export type WireEvent = {
  id: string
  atMs: number
  model: string
  isOk: boolean
  uncached: number
  cacheRead: number
  cacheWrite: number
  output: number
  costMicros: number
  project: string
  client: 'cli' | 'ide'
  email: string
  latencyMs: number
}

const models = ['claude-opus-4-5', 'claude-sonnet-4-5', 'claude-haiku-4-5', 'gpt-5.1', 'gemini-3-pro'] as const

const dayMs = 86_400_000

/** How many requests one session has, and for how long it lasts: the more alike they are, the fewer rows a rollup has. */
const requestsPerSession = 12
const sessionMs = 2 * 3_600_000

/**
 * Event number `index` of a seed, in the `days` before `endMs`; a third of the sessions are late by up to all of them, the rest are of the last day.
 * Neighbors in number are of one session: one person, project and program, mostly one model, within two hours.
 */
export function makeWireEvent(at: { seed: number; index: number; endMs: number; days: number; people: number }): WireEvent {
  const session = new Random(at.seed, 1, Math.floor(at.index / requestsPerSession))
  const person = session.below(at.people)
  const endsMs = at.endMs - session.below(session.chance(1 / 3) ? at.days * dayMs : dayMs)
  const model = session.pick(models)
  const client = session.pick(['cli', 'ide'] as const)
  const random = new Random(at.seed, 2, at.index)
  const isOk = !random.chance(0.03)
  return {
    id: `wire-${at.seed}-${at.index}`,
    atMs: endsMs - random.below(sessionMs),
    model: random.chance(0.85) ? model : random.pick(models),
    isOk,
    uncached: isOk ? Math.min(Math.floor(random.logNormal(900, 1.2)), 5_000_000) : 0,
    cacheRead: isOk ? random.below(100_000) : 0,
    cacheWrite: isOk ? random.below(8_000) : 0,
    output: isOk ? Math.min(50 + Math.floor(random.logNormal(400, 1)), 1_000_000) : 0,
    costMicros: isOk ? 1 + random.below(2_000_000) : 0,
    project: `project-${person % 17}`,
    client,
    email: `person-${person}@wire.example`,
    latencyMs: 200 + random.below(60_000),
  }
}

/** What its tool would say that it cost, in nano-dollars; a failed request says nothing, and its cost stays unknown. */
export function costNanosOf(event: WireEvent): bigint {
  return BigInt(event.costMicros) * 1_000n
}

/** The body of `POST /api/v1/usage-events` for these events. */
export function usageEventsBody(events: readonly WireEvent[]): string {
  return JSON.stringify(
    events.map((event) => ({
      id: event.id,
      occurredAt: event.atMs,
      model: event.model,
      client: event.client,
      clientVersion: '1.4.2',
      project: event.project,
      session: `session-${event.email}`,
      userEmail: event.email,
      latencyMs: event.latencyMs,
      ...(event.isOk
        ? {
            uncachedInputTokens: event.uncached,
            cacheReadTokens: event.cacheRead,
            cacheWrite5mTokens: event.cacheWrite,
            outputTokens: event.output,
            costUsd: dollarsOf(event),
          }
        : { outcome: 'failed' }),
    })),
  )
}

const resource = resourceFromAttributes({ 'service.name': 'claude-code', 'service.version': '2.1.14', 'os.type': 'linux' })
const instrumentationScope = { name: 'com.anthropic.claude_code.events', version: '2.1.14' }

/** The body of `POST /api/otlp/v1/logs` for these events, as Claude Code 2.1 sends them and the official exporter writes them. */
export function otlpLogsBody(events: readonly WireEvent[]): Uint8Array<ArrayBuffer> {
  const bytes = ProtobufLogsSerializer.serializeRequest(
    events.map((event) => ({
      hrTime: hrTimeOf(event.atMs),
      hrTimeObserved: hrTimeOf(event.atMs + 1),
      body: event.isOk ? 'claude_code.api_request' : 'claude_code.api_error',
      resource,
      instrumentationScope,
      droppedAttributesCount: 0,
      attributes: {
        'event.name': event.isOk ? 'api_request' : 'api_error',
        'session.id': `session-${event.email}`,
        'app.entrypoint': event.client === 'ide' ? 'claude-vscode' : 'cli',
        'user.email': event.email,
        project: event.project,
        model: event.model,
        duration_ms: event.latencyMs,
        request_id: event.id,
        ...(event.isOk
          ? {
              input_tokens: event.uncached,
              output_tokens: event.output,
              cache_read_tokens: event.cacheRead,
              cache_creation_tokens: event.cacheWrite,
              cost_usd_micros: event.costMicros,
            }
          : { error: 'Overloaded', status_code: 529 }),
      },
    })),
  )
  if (!bytes) throw new Error('The exporter wrote nothing.')
  return new Uint8Array(bytes)
}

function hrTimeOf(atMs: number): [number, number] {
  return [Math.floor(atMs / 1_000), (atMs % 1_000) * 1_000_000]
}

/** Decimal text, so that no binary fraction comes between. */
function dollarsOf(event: WireEvent): string {
  return `${Math.floor(event.costMicros / 1_000_000)}.${String(event.costMicros % 1_000_000).padStart(6, '0')}`
}
