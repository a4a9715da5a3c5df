import { isUtf8 } from 'node:buffer'
import { MalformedBody, RecordCounter } from './otlp'
import type { AttributeValue, LogRecord, RecordTime, Signal } from './otlp'

/**
 * Reads an `ExportLogsServiceRequest` and shows each log record to `visit`, in order. Attributes that are not in `kept` are
 * skipped as bytes: their text never becomes a string. Throws MalformedBody for bytes that are no such message.
 */
export function decodeProtobufLogs(bytes: Uint8Array, kept: ReadonlySet<string>, visit: (record: LogRecord) => void): void {
  const walk: Walk = { kept, visit, counter: new RecordCounter() }
  const cursor = openCursor(bytes)
  readMessage(cursor, bytes.length, exportLogsFields, walk)
}

/** Checks that bytes are a well-formed request of a signal that nothing counts yet, without keeping anything of it. */
export function checkProtobuf(bytes: Uint8Array, signal: Exclude<Signal, 'logs'>): void {
  const cursor = openCursor(bytes)
  readMessage(cursor, bytes.length, signal === 'traces' ? exportTracesFields : exportMetricsFields, new RecordCounter())
}

const wireTypes = { varint: 0, fixed64: 1, bytes: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const

type Cursor = { readonly bytes: Uint8Array; readonly view: DataView; offset: number; low: number; high: number }
type FieldReader<Into> = { wireType: number; read(cursor: Cursor, end: number, into: Into): void }
type Fields<Into> = Readonly<{ [number: number]: FieldReader<Into> }>

// The tables. Each says, for one message, what the fields that we read are: number, wire type and what to do with the value. A
// field that is not in the table, or comes with another wire type, is unknown and skipped. Nothing here is recursive, so the
// depth of what we descend into is the depth of the tables; attribute values that nest are skipped as one run of bytes.

type Walk = { kept: ReadonlySet<string>; visit: (record: LogRecord) => void; counter: RecordCounter }
type ResourceLogs = Walk & { resource: Map<string, AttributeValue> }
type ScopeLogs = ResourceLogs & { scopeName: string }
type OpenRecord = {
  kept: ReadonlySet<string>
  attributes: Map<string, AttributeValue>
  timeMs: RecordTime
  observedTimeMs: RecordTime
}
type Attribute = { key: string; value: AttributeValue | undefined }

const anyValueFields: Fields<Attribute> = {
  1: text((attribute, value) => (attribute.value = value)),
  2: varint((attribute, value) => (attribute.value = value !== 0)),
  3: varint((attribute, value) => (attribute.value = value)),
  4: double((attribute, value) => (attribute.value = value)),
  // A list, a map or bytes: the value is one of several, so a later one takes the place of an earlier one.
  5: ignoredBytes((attribute) => (attribute.value = undefined)),
  6: ignoredBytes((attribute) => (attribute.value = undefined)),
  7: ignoredBytes((attribute) => (attribute.value = undefined)),
}
const attributeKeyFields: Fields<Attribute> = { 1: text((attribute, key) => (attribute.key = key)) }
const attributeValueFields: Fields<Attribute> = { 2: message(anyValueFields, (attribute) => attribute) }

const resourceFields: Fields<Pick<ResourceLogs, 'kept' | 'resource'>> = {
  1: attributes((into) => ({ kept: into.kept, attributes: into.resource })),
}
const logRecordFields: Fields<OpenRecord> = {
  1: fixed64((record, low, high) => (record.timeMs = millisecondsOf(low, high))),
  6: attributes((record) => record),
  11: fixed64((record, low, high) => (record.observedTimeMs = millisecondsOf(low, high))),
}
const scopeFields: Fields<ScopeLogs> = { 1: text((scopeLogs, name) => (scopeLogs.scopeName = name)) }

// A resource or a scope may stand after its records on the wire, hence two passes: who sent, then what.
const scopeOfScopeLogsFields: Fields<ScopeLogs> = { 1: message(scopeFields, (scopeLogs) => scopeLogs) }
const recordsOfScopeLogsFields: Fields<ScopeLogs> = {
  2: inside((cursor, end, scopeLogs) => {
    scopeLogs.counter.add()
    const record: OpenRecord = { kept: scopeLogs.kept, attributes: new Map(), timeMs: null, observedTimeMs: null }
    readMessage(cursor, end, logRecordFields, record)
    scopeLogs.visit({
      scopeName: scopeLogs.scopeName,
      resource: scopeLogs.resource,
      attributes: record.attributes,
      timeMs: record.timeMs,
      observedTimeMs: record.observedTimeMs,
    })
  }),
}
const resourceOfResourceLogsFields: Fields<ResourceLogs> = { 1: message(resourceFields, (resourceLogs) => resourceLogs) }
const scopesOfResourceLogsFields: Fields<ResourceLogs> = {
  2: inside((cursor, end, resourceLogs) => {
    const scopeLogs: ScopeLogs = { ...resourceLogs, scopeName: '' }
    readTwice(cursor, end, scopeOfScopeLogsFields, recordsOfScopeLogsFields, scopeLogs)
  }),
}
const exportLogsFields: Fields<Walk> = {
  1: inside((cursor, end, walk) => {
    const resourceLogs: ResourceLogs = { ...walk, resource: new Map() }
    readTwice(cursor, end, resourceOfResourceLogsFields, scopesOfResourceLogsFields, resourceLogs)
  }),
}

// Spans and metrics are checked down to the record, and nothing of them is kept: no tool is counted by them yet.
const uncountedFields: Fields<RecordCounter> = {}
const uncountedRecords: Fields<RecordCounter> = {
  2: inside((cursor, end, counter) => {
    counter.add()
    readMessage(cursor, end, uncountedFields, counter)
  }),
}
const exportTracesFields: Fields<RecordCounter> = {
  1: message({ 2: message(uncountedRecords, (counter) => counter) }, (counter) => counter),
}
// Their framing is the same down to the record, by the field numbers of the protocol.
const exportMetricsFields = exportTracesFields

// How the values of the tables are read from the wire.

/** Groups are obsolete and unused by OTLP; one that is this deep is an attack. */
const groupDepthMax = 32

function openCursor(bytes: Uint8Array): Cursor {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0, low: 0, high: 0 }
}

function readMessage<Into>(cursor: Cursor, end: number, fields: Fields<Into>, into: Into): void {
  while (cursor.offset < end) {
    const tag = readTag(cursor, end)
    const field = fields[tag >>> 3]
    if (field !== undefined && field.wireType === (tag & 7)) field.read(cursor, end, into)
    else skipField(cursor, end, tag)
  }
}

function readTwice<Into>(cursor: Cursor, end: number, first: Fields<Into>, second: Fields<Into>, into: Into): void {
  const start = cursor.offset
  readMessage(cursor, end, first, into)
  cursor.offset = start
  readMessage(cursor, end, second, into)
}

/** A field that is a message or bytes: reads its length and hands its end to `read`, which must leave the cursor there. */
function inside<Into>(read: (cursor: Cursor, end: number, into: Into) => void): FieldReader<Into> {
  return {
    wireType: wireTypes.bytes,
    read(cursor, end, into) {
      const innerEnd = readLength(cursor, end)
      read(cursor, innerEnd, into)
      cursor.offset = innerEnd
    },
  }
}

function message<Into, Inner>(fields: Fields<Inner>, innerOf: (into: Into) => Inner): FieldReader<Into> {
  return inside((cursor, end, into) => readMessage(cursor, end, fields, innerOf(into)))
}

/** A KeyValue. Its key is read first, wherever it stands, so that the value of one that is not kept is never read. */
function attributes<Into>(
  targetOf: (into: Into) => { kept: ReadonlySet<string>; attributes: Map<string, AttributeValue> },
): FieldReader<Into> {
  return inside((cursor, end, into) => {
    const target = targetOf(into)
    const start = cursor.offset
    const attribute: Attribute = { key: '', value: undefined }
    readMessage(cursor, end, attributeKeyFields, attribute)
    if (!target.kept.has(attribute.key)) return
    cursor.offset = start
    readMessage(cursor, end, attributeValueFields, attribute)
    if (attribute.value === undefined) target.attributes.delete(attribute.key)
    else target.attributes.set(attribute.key, attribute.value)
  })
}

function text<Into>(keep: (into: Into, value: string) => void): FieldReader<Into> {
  return inside((cursor, end, into) => keep(into, textOf(cursor.bytes.subarray(cursor.offset, end))))
}

function ignoredBytes<Into>(keep: (into: Into) => void): FieldReader<Into> {
  return inside((_cursor, _end, into) => keep(into))
}

function varint<Into>(keep: (into: Into, value: number) => void): FieldReader<Into> {
  return {
    wireType: wireTypes.varint,
    read(cursor, end, into) {
      readVarint(cursor, end)
      // Two's complement: the upper half carries the sign.
      keep(into, (cursor.high | 0) * 4_294_967_296 + cursor.low)
    },
  }
}

function fixed64<Into>(keep: (into: Into, low: number, high: number) => void): FieldReader<Into> {
  return {
    wireType: wireTypes.fixed64,
    read(cursor, end, into) {
      const start = skipBytes(cursor, end, 8)
      keep(into, cursor.view.getUint32(start, true), cursor.view.getUint32(start + 4, true))
    },
  }
}

function double<Into>(keep: (into: Into, value: number) => void): FieldReader<Into> {
  return {
    wireType: wireTypes.fixed64,
    read(cursor, end, into) {
      keep(into, cursor.view.getFloat64(skipBytes(cursor, end, 8), true))
    },
  }
}

/**
 * Nanoseconds as two unsigned halves, divided into whole milliseconds without leaving the numbers that a double holds exactly.
 * Zero means that the sender gave no time.
 */
function millisecondsOf(low: number, high: number): number | null {
  if (low === 0 && high === 0) return null
  const nanosPerMs = 1_000_000
  const upper = Math.floor(high / nanosPerMs)
  const rest = (high % nanosPerMs) * 4_294_967_296 + low
  return upper * 4_294_967_296 + Math.floor(rest / nanosPerMs)
}

function textOf(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const decoded = buffer.toString('utf8')
  if (decoded.includes('\uFFFD') && !isUtf8(buffer)) throw new MalformedBody('A text in the protobuf body is not UTF-8.')
  return decoded
}

function readTag(cursor: Cursor, end: number): number {
  readVarint(cursor, end)
  if (cursor.high !== 0 || cursor.low >>> 3 === 0) throw new MalformedBody('The protobuf body has an impossible field number.')
  return cursor.low
}

function readLength(cursor: Cursor, end: number): number {
  readVarint(cursor, end)
  if (cursor.high !== 0 || cursor.low > end - cursor.offset) throw truncated()
  return cursor.offset + cursor.low
}

/** Reads up to ten bytes of seven bits each into the cursor's unsigned halves. */
function readVarint(cursor: Cursor, end: number): void {
  let low = 0
  let high = 0
  for (let shift = 0; shift < 70; shift += 7) {
    const byte = cursor.offset < end ? cursor.bytes[cursor.offset] : undefined
    if (byte === undefined) throw truncated()
    cursor.offset += 1
    const bits = byte & 0x7f
    if (shift < 28) low |= bits << shift
    else if (shift === 28) {
      low |= bits << 28
      high |= bits >>> 4
    } else if (shift < 63) high |= bits << (shift - 32)
    else high |= (bits & 1) << 31
    if (byte < 0x80) {
      cursor.low = low >>> 0
      cursor.high = high >>> 0
      return
    }
  }
  throw new MalformedBody('The protobuf body has a number of more than ten bytes.')
}

function skipBytes(cursor: Cursor, end: number, count: number): number {
  const start = cursor.offset
  if (end - start < count) throw truncated()
  cursor.offset = start + count
  return start
}

function skipField(cursor: Cursor, end: number, firstTag: number): void {
  // A loop with a stack, not a recursion: nested groups cannot exhaust the call stack.
  const openGroups: number[] = []
  let tag = firstTag
  for (;;) {
    switch (tag & 7) {
      case wireTypes.varint:
        readVarint(cursor, end)
        break
      case wireTypes.fixed64:
        skipBytes(cursor, end, 8)
        break
      case wireTypes.bytes:
        cursor.offset = readLength(cursor, end)
        break
      case wireTypes.fixed32:
        skipBytes(cursor, end, 4)
        break
      case wireTypes.startGroup:
        if (openGroups.push(tag >>> 3) > groupDepthMax) throw new MalformedBody('The protobuf body nests too deeply.')
        break
      case wireTypes.endGroup:
        if (openGroups.pop() !== tag >>> 3) throw new MalformedBody('The protobuf body ends a group that it never began.')
        break
      default:
        throw new MalformedBody('The protobuf body has an unknown wire type.')
    }
    if (openGroups.length === 0) return
    tag = readTag(cursor, end)
  }
}

function truncated(): MalformedBody {
  return new MalformedBody('The protobuf body ends in the middle of a field.')
}
