import type { Rejection, ReportedRequest } from '@/lib/usage/request'
import type { LogRecord } from './otlp'

/** What an adapter makes of a record that is its tool's: a request, a refusal with its reason, or nothing to count. */
export type Reading = { request: ReportedRequest } | { rejection: Rejection } | 'ignored'

/**
 * How one tool's telemetry is read. Every tool sends the same request two to four times, so an adapter names the **one** signal
 * that counts, and ignores the rest.
 */
export type Adapter = {
  /** The tool namespace of the request key. */
  tool: string
  /** The signal by which this tool's requests are counted. */
  signal: 'logs'
  /** The attributes that the adapter reads; every other attribute is dropped at decode. */
  attributes: readonly string[]
  /** Whether the record was sent by this tool. */
  match(record: LogRecord): boolean
  read(record: LogRecord): Reading
}
