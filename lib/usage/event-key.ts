import { createHash } from 'node:crypto'
import { formatUuid } from '@/lib/ids'
import type { ReportedRequest } from './request'

/**
 * Tools whose request can come by two paths with two times: telemetry, an imported local log, a gateway. Their keys also stand in
 * `event_keys`, so that the second path never counts again. Membership is forever: a tool that joins later counts what came before twice.
 */
const twoPathTools = new Set([
  'claude-code',
  'codex',
  'gemini-cli',
  'qwen-code',
  'opencode',
  'kilo-code',
  'cline',
  'copilot',
  'cursor',
  'kiro',
])

/**
 * What makes a request count once, forever. `eventId` names the event; `baseId` is the part of it without path and time, for tools that
 * name no request; `isShared` says that another path can bring the same request.
 *
 * The rule (`docs/decisions`): with an id of the tool's own, the SHA-256 of organization, tool and id. Without one, the SHA-256 of organization,
 * tool, conversation, model and disjoint counts is the base, and path and time (whole milliseconds) tell identical ones apart. The
 * first 128 bits count, as a UUID of version 8. Fields are joined by a byte that no field may hold.
 */
export type EventKey = { eventId: string; baseId: string | null; isShared: boolean }

/** The key of a request in an organization: see `EventKey` for the rule. */
export function keyEvent(orgId: number, request: ReportedRequest): EventKey {
  const isShared = twoPathTools.has(request.tool)
  if (request.key.kind === 'id') {
    return { eventId: hash([orgId, request.tool, 'id', request.key.id]), baseId: null, isShared }
  }
  const { uncached, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning } = request.tokens
  const base = [
    orgId,
    request.tool,
    'counts',
    request.key.conversation,
    request.model,
    request.outcome,
    uncached,
    cacheRead,
    cacheWrite5m,
    cacheWrite1h,
    output,
    reasoning,
  ]
  return {
    eventId: hash([...base, request.path, request.occurredAtMs]),
    baseId: isShared ? hash(base) : null,
    isShared,
  }
}

/** A tool's session as a UUID: its own where it is one, else a hash within organization and tool. Null when the tool named none. */
export function keySession(orgId: number, request: ReportedRequest): string | null {
  if (request.session === '') return null
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(request.session)) {
    return request.session.toLowerCase()
  }
  return hash([orgId, request.tool, 'session', request.session])
}

function hash(fields: readonly (string | number)[]): string {
  const bytes = createHash('sha256').update(fields.join('\u0000')).digest()
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return formatUuid(bytes)
}
