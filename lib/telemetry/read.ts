import type { Rejection, ReportedRequest } from '@/lib/usage/request'
import { adapters, keptAttributes } from './adapters'
import { checkJson, decodeJsonLogs } from './json'
import type { Encoding, LogRecord } from './otlp'
import { checkProtobuf, decodeProtobufLogs } from './protobuf'

/** What one body of telemetry comes to. Records that no adapter counts are accepted, and stand in neither list. */
export type Report = { requests: ReportedRequest[]; rejections: Rejection[] }

/** Reads an OTLP logs request into requests and refusals. Throws MalformedBody for what is no such request. */
export function readLogs(bytes: Uint8Array, encoding: Encoding): Report {
  const report: Report = { requests: [], rejections: [] }
  const decode = encoding === 'protobuf' ? decodeProtobufLogs : decodeJsonLogs
  decode(bytes, keptAttributes, (record) => count(record, report))
  return report
}

/** Checks an OTLP traces request; no tool is counted by its spans yet. */
export function readTraces(bytes: Uint8Array, encoding: Encoding): Report {
  if (encoding === 'protobuf') checkProtobuf(bytes, 'traces')
  else checkJson(bytes, 'traces')
  return { requests: [], rejections: [] }
}

/** Checks an OTLP metrics request; requests are counted by logs, which carry the id that metrics lack. */
export function readMetrics(bytes: Uint8Array, encoding: Encoding): Report {
  if (encoding === 'protobuf') checkProtobuf(bytes, 'metrics')
  else checkJson(bytes, 'metrics')
  return { requests: [], rejections: [] }
}

function count(record: LogRecord, report: Report): void {
  const reading = adapters.find((adapter) => adapter.match(record))?.read(record) ?? 'ignored'
  if (reading === 'ignored') return
  if ('request' in reading) report.requests.push(reading.request)
  else report.rejections.push(reading.rejection)
}
