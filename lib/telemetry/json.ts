import { MalformedBody, RecordCounter } from './otlp'
import type { Attributes, AttributeValue, LogRecord, RecordTime, Signal } from './otlp'

/**
 * Reads an `ExportLogsServiceRequest` as OTLP/JSON and shows each log record to `visit`, in order. Attributes that are not in
 * `kept` are dropped here. Throws MalformedBody for a body that is no such message.
 */
export function decodeJsonLogs(bytes: Uint8Array, kept: ReadonlySet<string>, visit: (record: LogRecord) => void): void {
  const counter = new RecordCounter()
  for (const resourceLogs of listIn(parseBody(bytes), 'resourceLogs')) {
    const resource = keptAttributes(objectIn(resourceLogs, 'resource'), kept)
    for (const scopeLogs of listIn(resourceLogs, 'scopeLogs')) {
      const scopeName = objectIn(scopeLogs, 'scope').name
      for (const record of listIn(scopeLogs, 'logRecords')) {
        counter.add()
        visit({
          scopeName: typeof scopeName === 'string' ? scopeName : '',
          resource,
          attributes: keptAttributes(record, kept),
          timeMs: timeOf(record.timeUnixNano),
          observedTimeMs: timeOf(record.observedTimeUnixNano),
        })
      }
    }
  }
}

/** Checks that a body is a well-formed request of a signal that nothing counts yet, without keeping anything of it. */
export function checkJson(bytes: Uint8Array, signal: Exclude<Signal, 'logs'>): void {
  const counter = new RecordCounter()
  const names = {
    traces: ['resourceSpans', 'scopeSpans', 'spans'],
    metrics: ['resourceMetrics', 'scopeMetrics', 'metrics'],
  } as const
  const [resources, scopes, records] = names[signal]
  for (const resource of listIn(parseBody(bytes), resources))
    for (const scope of listIn(resource, scopes)) listIn(scope, records).forEach(() => counter.add())
}

type JsonObject = Readonly<Record<string, unknown>>

function parseBody(bytes: Uint8Array): JsonObject {
  let body: unknown
  try {
    body = JSON.parse(quoteLongIntegers(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch {
    // The parser's own message quotes the payload, so it must not reach anybody.
    throw new MalformedBody('The body is not JSON in UTF-8. Send OTLP/JSON, or protobuf with its own content type.')
  }
  if (!isObject(body)) throw new MalformedBody('The JSON body is not an object. Send an OTLP export request.')
  return body
}

/**
 * Puts whole numbers of 16 digits or more in quotes, so that parsing keeps every digit: OTLP/JSON allows 64-bit integers as
 * numbers, and a time in nanoseconds that is rounded to a double can end up in the wrong millisecond.
 */
function quoteLongIntegers(json: string): string {
  if (!/[:,[\s]-?\d{16}/.test(json)) return json
  const pieces: string[] = []
  let offset = 0
  while (offset < json.length) {
    const opening = json.indexOf('"', offset)
    const outside = opening === -1 ? json.slice(offset) : json.slice(offset, opening)
    pieces.push(outside.replace(/(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g, '"$&"'))
    if (opening === -1) break
    offset = endOfString(json, opening)
    pieces.push(json.slice(opening, offset))
  }
  return pieces.join('')
}

function endOfString(json: string, opening: number): number {
  for (let quote = json.indexOf('"', opening + 1); quote !== -1; quote = json.indexOf('"', quote + 1)) {
    let backslashes = 0
    while (json[quote - 1 - backslashes] === '\\') backslashes += 1
    if (backslashes % 2 === 0) return quote + 1
  }
  return json.length
}

function keptAttributes(owner: JsonObject, kept: ReadonlySet<string>): Attributes {
  const attributes = new Map<string, AttributeValue>()
  for (const { key, value } of listIn(owner, 'attributes')) {
    if (typeof key !== 'string' || !kept.has(key)) continue
    const scalar = isObject(value) ? scalarOf(value) : undefined
    if (scalar === undefined) attributes.delete(key)
    else attributes.set(key, scalar)
  }
  return attributes
}

/** The one value of an AnyValue. `{}` is a null. A number that can't be read stays text, which the field's own rule then refuses. */
function scalarOf(value: JsonObject): AttributeValue | undefined {
  const { stringValue, boolValue, intValue, doubleValue } = value
  if (typeof stringValue === 'string') return stringValue
  if (typeof boolValue === 'boolean') return boolValue
  for (const number of [intValue, doubleValue]) {
    if (typeof number === 'number') return number
    if (typeof number === 'string') return numberPattern.test(number) ? Number(number) : number
  }
  return undefined
}

const numberPattern = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$|^NaN$|^-?Infinity$/

/** Nanoseconds as text or as a number, truncated to whole milliseconds. Zero means that the sender gave no time. */
function timeOf(nanos: unknown): RecordTime {
  if (nanos === undefined || nanos === null) return null
  if (typeof nanos === 'number') {
    if (nanos === 0) return null
    return nanos > 0 && Number.isFinite(nanos) ? Math.floor(nanos / 1_000_000) : 'unreadable'
  }
  if (typeof nanos !== 'string' || !/^\d{1,20}$/.test(nanos)) return 'unreadable'
  return /^0+$/.test(nanos) ? null : Number(nanos.slice(0, -6))
}

function listIn(owner: JsonObject, name: string): readonly JsonObject[] {
  const list = owner[name]
  if (list === undefined || list === null) return []
  if (!Array.isArray(list) || !list.every(isObject)) throw new MalformedBody(`${name} is not a list of objects.`)
  return list
}

function objectIn(owner: JsonObject, name: string): JsonObject {
  const object = owner[name]
  if (object === undefined || object === null) return {}
  if (!isObject(object)) throw new MalformedBody(`${name} is not an object.`)
  return object
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
