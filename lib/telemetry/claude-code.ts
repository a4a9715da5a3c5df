import { unreachable } from '@/lib/errors'
import {
  readCount,
  readDollars,
  readDurationMs,
  readEmailClaim,
  readInstant,
  readName,
  refusable,
  refuse,
  required,
} from '@/lib/usage/fields'
import { noTokens, requestLimits } from '@/lib/usage/request'
import type { IdentityClaim, ReportedRequest, RequestKey, TokenCounts } from '@/lib/usage/request'
import type { Adapter } from './adapter'
import { attributeOf } from './otlp'
import type { AttributeValue, LogRecord } from './otlp'

const tool = 'claude-code'

const attributes = [
  'service.name',
  'service.version',
  'event.name',
  'event.timestamp',
  'event.sequence',
  'session.id',
  'request_id',
  'user.email',
  'enduser.id',
  'user.account_uuid',
  'user.id',
  'app.version',
  'app.entrypoint',
  'anthropic.provider',
  'model',
  'input_tokens',
  'output_tokens',
  'cache_read_tokens',
  'cache_creation_tokens',
  'cache_creation_5m_tokens',
  'cache_creation_1h_tokens',
  'cost_usd',
  'cost_usd_micros',
  'duration_ms',
  'ttft_ms',
  'project',
  'project.id',
  'project.name',
  'vcs.owner.name',
  'vcs.repository.name',
  'outlay.profile',
] as const
type AttributeName = (typeof attributes)[number]

/**
 * Claude Code, in the shapes of 2.1 (numbers as numbers, `request_id`) and 2.0 (every number as text, neither `request_id` nor
 * `event.sequence`, resource attributes not copied onto records). The log `api_request` is the one signal that counts, and
 * `api_error`, sent once when the tool gives up, is a failed request; its metrics and spans repeat both.
 */
export const claudeCode: Adapter = {
  tool,
  signal: 'logs',
  attributes,
  match(record) {
    const service = valueOf(record, 'service.name')
    return (
      service === 'claude-code' || service === 'claude-code-desktop' || record.scopeName.startsWith('com.anthropic.claude_code')
    )
  },
  read(record) {
    const event = valueOf(record, 'event.name')
    if (event !== 'api_request' && event !== 'api_error') return 'ignored'
    return refusable(() => ({ request: event === 'api_request' ? readRequest(record) : readFailure(record) }))
  },
}

function readRequest(record: LogRecord): ReportedRequest {
  return {
    ...readCommon(record),
    outcome: 'ok',
    tokens: readTokens(record),
    costNanos: readCostNanos(record),
    ttftMs: readDurationMs('ttft_ms', valueOf(record, 'ttft_ms')) ?? null,
  }
}

function readFailure(record: LogRecord): ReportedRequest {
  return { ...readCommon(record), outcome: 'failed', tokens: noTokens, costNanos: null, ttftMs: null }
}

function readCommon(record: LogRecord): Omit<ReportedRequest, 'outcome' | 'tokens' | 'costNanos' | 'ttftMs'> {
  const session = readName('session.id', valueOf(record, 'session.id'), requestLimits.keyLengthMax)
  return {
    tool,
    path: 'telemetry',
    key: readKey(record, session),
    occurredAtMs: readOccurredAtMs(record),
    claim: readClaim(record),
    model: required('model', nameOf(record, 'model')),
    provider: readProvider(record),
    client: readClient(record),
    clientVersion: nameOf(record, 'app.version') ?? nameOf(record, 'service.version') ?? '',
    project: readProject(record),
    language: '',
    mode: '',
    session: session ?? '',
    profile: nameOf(record, 'outlay.profile') ?? '',
    creditsMicrocredits: null,
    latencyMs: readDurationMs('duration_ms', valueOf(record, 'duration_ms')) ?? null,
  }
}

/** The request's own id, else its place in the session, else (2.0) what it holds: the keys are forever. */
function readKey(record: LogRecord, session: string | undefined): RequestKey {
  const requestId = readName('request_id', valueOf(record, 'request_id'), requestLimits.keyLengthMax)
  if (requestId !== undefined) return { kind: 'id', id: requestId }
  const conversation = required('session.id', session)
  const sequence = readCount('event.sequence', valueOf(record, 'event.sequence'), Number.MAX_SAFE_INTEGER)
  if (sequence !== undefined) return { kind: 'id', id: `${conversation}#${sequence}` }
  return { kind: 'counts', conversation }
}

/**
 * The record's own time before the attribute: it needs no parsing and every OTLP exporter sends it so. The attribute stands in
 * for exporters that leave it out, and the time of the collector that saw the record for those that send neither.
 */
function readOccurredAtMs(record: LogRecord): number {
  return required(
    'timeUnixNano',
    readTime('timeUnixNano', record.timeMs) ??
      readInstant('event.timestamp', valueOf(record, 'event.timestamp')) ??
      readTime('observedTimeUnixNano', record.observedTimeMs),
  )
}

function readTime(field: string, time: LogRecord['timeMs']): number | undefined {
  if (time === 'unreadable') return refuse('invalid_attribute', `${field} must be nanoseconds since 1970 as a whole number.`)
  return time ?? undefined
}

function readClaim(record: LogRecord): IdentityClaim | null {
  for (const name of ['user.email', 'enduser.id', 'user.account_uuid', 'user.id'] as const) {
    const value = nameOf(record, name)
    if (value === undefined) continue
    switch (name) {
      case 'user.email':
      case 'enduser.id':
        // Administrators may set either, and not always to an address.
        return (value.includes('@') && readEmailClaim(name, value)) || { namespace: 'user', value }
      case 'user.account_uuid':
        return { namespace: 'account', value }
      case 'user.id':
        return { namespace: 'installation', value }
      default:
        return unreachable(name)
    }
  }
  return null
}

/** Claude Code names its own API `firstParty`; a cloud's name (`bedrock`, `vertex`) is the provider as it stands. */
function readProvider(record: LogRecord): string {
  const provider = nameOf(record, 'anthropic.provider')
  return provider === undefined || /^first_?party$/i.test(provider) ? 'anthropic' : provider.toLowerCase()
}

/** What the person used, by the entrypoint where the version sends it, else by the program. */
function readClient(record: LogRecord): string {
  const entrypoint = nameOf(record, 'app.entrypoint') ?? ''
  const client = clients.get(entrypoint)
  if (client !== undefined) return client
  return valueOf(record, 'service.name') === 'claude-code-desktop' ? 'desktop' : 'cli'
}

const clients: ReadonlyMap<string, string> = new Map([
  ['cli', 'cli'],
  ['sdk-cli', 'cli'],
  ['claude-vscode', 'ide'],
  ['claude-desktop', 'desktop'],
  ['sdk-ts', 'sdk'],
  ['sdk-py', 'sdk'],
  ['claude-code-github-action', 'ci'],
])

/** The name that the sender set, else the repository (newer versions send it), with its owner: two can share a name. */
function readProject(record: LogRecord): string {
  const named = nameOf(record, 'project') ?? nameOf(record, 'project.id') ?? nameOf(record, 'project.name')
  if (named !== undefined) return named
  const repository = nameOf(record, 'vcs.repository.name')
  const owner = nameOf(record, 'vcs.owner.name')
  if (repository === undefined) return ''
  return owner === undefined ? repository : (readName('vcs.repository.name', `${owner}/${repository}`) ?? '')
}

/** `input_tokens` is uncached already; `cache_creation_tokens` is the sum of the two caches, which 2.0 doesn't tell apart. */
function readTokens(record: LogRecord): TokenCounts {
  return {
    uncached: required('input_tokens', countOf(record, 'input_tokens')),
    cacheRead: countOf(record, 'cache_read_tokens') ?? 0,
    ...readCacheWrites(record),
    output: required('output_tokens', countOf(record, 'output_tokens')),
    reasoning: 0,
  }
}

function readCacheWrites(record: LogRecord): Pick<TokenCounts, 'cacheWrite5m' | 'cacheWrite1h'> {
  const total = countOf(record, 'cache_creation_tokens')
  const fiveMinutes = countOf(record, 'cache_creation_5m_tokens')
  const oneHour = countOf(record, 'cache_creation_1h_tokens')
  const cacheWrite1h = oneHour ?? (total !== undefined && fiveMinutes !== undefined ? total - fiveMinutes : 0)
  const cacheWrite5m = fiveMinutes ?? (total !== undefined ? total - cacheWrite1h : 0)
  const isConsistent = total === undefined || cacheWrite5m + cacheWrite1h === total
  if (!isConsistent || cacheWrite5m < 0 || cacheWrite1h < 0)
    refuse('inconsistent_counts', 'cache_creation_tokens is not the sum of its 5m and 1h parts. Send all three as the tool does.')
  return { cacheWrite5m, cacheWrite1h }
}

/** `cost_usd_micros` is the same cost rounded, so it only stands in. */
function readCostNanos(record: LogRecord): bigint | null {
  const costNanos = readDollars('cost_usd', valueOf(record, 'cost_usd'))
  if (costNanos !== undefined) return costNanos
  const micros = readCount('cost_usd_micros', valueOf(record, 'cost_usd_micros'), Number(requestLimits.costNanosMax / 1_000n))
  return micros === undefined ? null : BigInt(micros) * 1_000n
}

function valueOf(record: LogRecord, name: AttributeName): AttributeValue | undefined {
  return attributeOf(record, name)
}

function nameOf(record: LogRecord, name: AttributeName): string | undefined {
  return readName(name, valueOf(record, name))
}

function countOf(record: LogRecord, name: AttributeName): number | undefined {
  return readCount(name, valueOf(record, name))
}
