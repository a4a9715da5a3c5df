/** Token counts of one request in disjoint columns; `reasoning` is an informational part of `output`. */
export type TokenCounts = {
  /** Input that was neither read from nor written to a cache. */
  uncached: number
  cacheRead: number
  /** Written to the five-minute cache. */
  cacheWrite5m: number
  /** Written to the one-hour cache. */
  cacheWrite1h: number
  output: number
  reasoning: number
}

export const noTokens: TokenCounts = { uncached: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0, reasoning: 0 }

/**
 * What tells a request from every other request of one tool. `id` is a name that the tool itself gives the request, the same on
 * every path on which it can come. `counts` is for tools without one: the request is then known by conversation, model and
 * disjoint counts, and within one path by its own time (`ingest.md` §1.0).
 */
export type RequestKey = { kind: 'id'; id: string } | { kind: 'counts'; conversation: string }

/** Who the source says made the request. Only believed as an identity when the key is an organization's. */
export type IdentityClaim = { namespace: 'email' | 'account' | 'user' | 'installation'; value: string }

/** By which way a request reached us; a second way of the same request never counts again. */
export type RequestPath = 'telemetry' | 'api'

/** One AI request as a source reported it, before it is keyed, priced and stored. Never holds a prompt or a completion. */
export type ReportedRequest = {
  /** The tool namespace of the request key, such as `claude-code`: the same for every path of one tool. */
  tool: string
  path: RequestPath
  key: RequestKey
  /** Epoch milliseconds (canonical: whole milliseconds, before storing and before hashing). */
  occurredAtMs: number
  claim: IdentityClaim | null
  /** The model as reported, without provider, such as `claude-sonnet-4-5`. Never empty. */
  model: string
  /** The provider's id, such as `anthropic`; empty when unknown. */
  provider: string
  /** What the person used: `cli`, `ide`, `desktop`, `plugin`, `api` …; empty when unknown. */
  client: string
  clientVersion: string
  project: string
  /** Only when the request carries one; never inferred. */
  language: string
  mode: string
  /** The tool's own session or conversation id; empty when unknown. */
  session: string
  /** The billing profile that the source named; empty for the key's. */
  profile: string
  outcome: 'ok' | 'failed'
  tokens: TokenCounts
  /** Cost as reported in nano-dollars, or null when the source sent none. */
  costNanos: bigint | null
  /** Vendor credits in micro-credits, or null when the source sent none. */
  creditsMicrocredits: bigint | null
  latencyMs: number | null
  ttftMs: number | null
}

/** Why a record was refused; the closed list that the answer, the key's counter and the Sources page share. */
export const rejectionReasons = [
  'missing_attribute',
  'invalid_attribute',
  'invalid_count',
  'inconsistent_counts',
  'invalid_cost',
  'too_old',
  'in_the_future',
  'too_long',
  'unknown_profile',
] as const

export type RejectionReason = (typeof rejectionReasons)[number]

/** One refused record: the reason, and a sentence that names the attribute and what to do. Never holds the payload's text. */
export type Rejection = { reason: RejectionReason; message: string }

/** Limits that hold for every path by which requests come in. */
export const requestLimits = {
  /** The most tokens that any one column of one request may hold. */
  tokensMax: 100_000_000,
  /** The highest cost of one request: $10,000. */
  costNanosMax: 10_000n * 1_000_000_000n,
  creditsMicrocreditsMax: 1_000_000n * 1_000_000n,
  /** The longest latency kept, one day; anything above is refused. */
  latencyMsMax: 86_400_000,
  /** The longest name (model, project, client …) kept; anything above is refused. */
  nameLengthMax: 200,
  keyLengthMax: 500,
  /** How far ahead of our clock a request's time may be. */
  futureMsMax: 10 * 60_000,
} as const
