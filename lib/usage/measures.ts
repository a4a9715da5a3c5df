import { divide } from '@/lib/money'

/**
 * The additive measures of a set of requests: the same columns in every rollup table. Every figure on a screen is made from
 * these, so that a card, a table, a chart, an export and the API cannot differ.
 */
export type Measures = {
  /** Successful requests. */
  requests: number
  failedRequests: number
  /** Successful requests whose cost is metered or estimated. */
  pricedRequests: number
  /** Requests, successful or failed, whose model has no known price. Shown as a count, never as $0. */
  unpricedRequests: number
  uncachedTokens: number
  cacheReadTokens: number
  cacheWriteTokens: number
  outputTokens: number
  reasoningTokens: number
  /** Cost reported by the source, failed requests included. */
  meteredNanos: bigint
  /** Cost estimated from the price catalog, failed requests included. */
  estimatedNanos: bigint
  /** Cost of the successful priced requests alone: the numerator of the average. */
  pricedNanos: bigint
}

export const noMeasures: Measures = {
  requests: 0,
  failedRequests: 0,
  pricedRequests: 0,
  unpricedRequests: 0,
  uncachedTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  meteredNanos: 0n,
  estimatedNanos: 0n,
  pricedNanos: 0n,
}

/** Spend in nano-dollars: metered plus estimated. */
export function spendNanos(measures: Measures): bigint {
  return measures.meteredNanos + measures.estimatedNanos
}

/** Input tokens: cache reads and writes are part of them. */
export function inputTokens(measures: Measures): number {
  return measures.uncachedTokens + measures.cacheReadTokens + measures.cacheWriteTokens
}

/** Tokens: input plus output (reasoning is part of output). */
export function totalTokens(measures: Measures): number {
  return inputTokens(measures) + measures.outputTokens
}

/** Average cost per request in nano-dollars over the whole selection, or null when nothing in it is priced. */
export function averageNanos(measures: Measures): bigint | null {
  return measures.pricedRequests === 0 ? null : divide(measures.pricedNanos, BigInt(measures.pricedRequests))
}
