import type { AnyValueMap } from '@opentelemetry/api-logs'
import { JsonLogsSerializer, ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import fc from 'fast-check'
import protobuf from 'protobufjs'
import { describe, expect, it } from 'vitest'
import { keptAttributes } from './adapters'
import { decodeJsonLogs } from './json'
import { attributeOf, MalformedBody, otlpLimits } from './otlp'
import type { AttributeValue, LogRecord } from './otlp'
import { decodeProtobufLogs } from './protobuf'
import { readLogs, readMetrics, readTraces } from './read'

// The messages, from the field numbers of the protocol, for protobufjs to encode as an implementation that is not ours.
const schema = protobuf.parse(`
  syntax = "proto3";
  message Any { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4;
    AnyList array_value = 5; AnyMap kvlist_value = 6; bytes bytes_value = 7; } }
  message AnyList { repeated Any values = 1; }
  message AnyMap { repeated Pair values = 1; }
  message Pair { string key = 1; Any value = 2; }
  message Resource { repeated Pair attributes = 1; uint32 dropped_attributes_count = 2; }
  message Scope { string name = 1; string version = 2; repeated Pair attributes = 3; }
  message LogRecord { fixed64 time = 1; int32 severity_number = 2; string severity_text = 3; Any body = 5;
    repeated Pair attributes = 6; uint32 dropped_attributes_count = 7; fixed32 flags = 8; bytes trace_id = 9; bytes span_id = 10;
    fixed64 observed = 11; string event_name = 12; }
  message ScopeLogs { Scope scope = 1; repeated LogRecord records = 2; string schema_url = 3; }
  message ResourceLogs { Resource resource = 1; repeated ScopeLogs scope_logs = 2; string schema_url = 3; }
  message Logs { repeated ResourceLogs resource_logs = 1; }
  message Span { bytes trace_id = 1; bytes span_id = 2; string name = 5; fixed64 start = 7; fixed64 end = 8; repeated Pair attributes = 9; }
  message ScopeSpans { Scope scope = 1; repeated Span spans = 2; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Traces { repeated ResourceSpans resource_spans = 1; }
`).root

const claudeRequest = {
  'event.name': 'api_request',
  'event.timestamp': '2026-11-20T09:07:02.830Z',
  'event.sequence': 5,
  'session.id': '5a7fc0de-0000-4000-8000-000000000001',
  'user.email': 'ann@example.com',
  model: 'claude-sonnet-4-5',
  input_tokens: 1234,
  output_tokens: 77,
  cache_read_tokens: 5000,
  cache_creation_tokens: 200,
  cost_usd: 0.0072195,
  duration_ms: 1900,
  request_id: 'req_011CExample',
}

describe('beside the exporters of OpenTelemetry', () => {
  it('a request is read the same from protobuf, from JSON and from what was emitted', () => {
    const { binary, json } = exported([claudeRequest])
    const report = readLogs(binary, 'protobuf')
    expect(report).toEqual(readLogs(json, 'json'))
    expect(report.rejections).toEqual([])
    expect(report.requests).toMatchObject([
      {
        key: { kind: 'id', id: 'req_011CExample' },
        occurredAtMs: 1795165622830,
        tokens: { uncached: 1234, cacheRead: 5000, cacheWrite5m: 200, cacheWrite1h: 0, output: 77, reasoning: 0 },
        costNanos: 7_219_500n,
        project: 'example-repo',
      },
    ])
  })

  it('any attributes come out the same from both encodings, and only those that are kept', () => {
    fc.assert(
      fc.property(fc.array(emitted, { maxLength: 5 }), (records) => {
        const { binary, json } = exported(records)
        const fromProtobuf = decoded(binary, 'protobuf')
        expect(fromProtobuf).toEqual(decoded(json, 'json'))
        expect(fromProtobuf.map((record) => record.own)).toEqual(records.map(keptOf))
      }),
      { numRuns: 300 },
    )
  })

  it('a prompt does not exist past decode, wherever it hides', () => {
    const canary = 'CANARY-7f3a the text of a prompt'
    const hiding = {
      ...claudeRequest,
      prompt: canary,
      'gen_ai.input.messages': [canary],
      'gen_ai.system_instructions': { text: canary },
      [canary]: 'value',
    }
    const { binary, json } = exported([hiding], { body: canary, resource: { 'process.command_args': [canary] } })
    for (const [bytes, encoding] of [
      [binary, 'protobuf'],
      [json, 'json'],
    ] as const) {
      expect(Buffer.from(bytes).includes(canary)).toBe(true)
      const records: LogRecord[] = []
      decode(encoding)(bytes, keptAttributes, (record) => records.push(record))
      expect(records).toHaveLength(1)
      expect(printed(records)).not.toContain('CANARY')
      expect(printed(readLogs(bytes, encoding))).not.toContain('CANARY')
    }
  })
})

describe('beside protobufjs', () => {
  it('any message that it encodes is read as it was meant', () => {
    fc.assert(
      fc.property(message, (logs) => {
        const bytes = schema.lookupType('Logs').encode(schema.lookupType('Logs').fromObject(logs)).finish()
        expect(decoded(bytes, 'protobuf')).toEqual(meantBy(logs))
      }),
      { numRuns: 500 },
    )
  })

  it('a resource and a scope that stand after their records are still theirs', () => {
    const record = encode('LogRecord', { attributes: [{ key: 'model', value: { stringValue: 'm' } }] })
    const scopeLogs = Buffer.concat([field(2, record), field(1, encode('Scope', { name: 'late' }))])
    const resource = encode('Resource', { attributes: [{ key: 'project', value: { stringValue: 'p' } }] })
    const bytes = field(1, Buffer.concat([field(2, scopeLogs), field(1, resource)]))
    expect(decoded(bytes, 'protobuf')).toMatchObject([{ scopeName: 'late', resource: { project: 'p' }, own: { model: 'm' } }])
  })

  it('a value that stands before its key is still its value', () => {
    const pair = Buffer.concat([field(2, encode('Any', { stringValue: 'm' })), field(1, Buffer.from('model'))])
    const bytes = field(1, field(2, field(2, field(6, pair))))
    expect(decoded(bytes, 'protobuf')).toMatchObject([{ own: { model: 'm' } }])
  })

  it('unknown fields of every wire type are skipped', () => {
    const unknown = Buffer.concat([
      Buffer.from([0xa0, 0x06, 0x96, 0x01]), // field 100, a varint
      Buffer.concat([Buffer.from([0xa1, 0x06]), Buffer.alloc(8)]), // field 100, 64 bits
      Buffer.from([0xa2, 0x06, 0x02, 0xff, 0xff]), // field 100, bytes
      Buffer.from([0xa3, 0x06, 0x08, 0x01, 0xa4, 0x06]), // field 100, a group that holds a varint
      Buffer.concat([Buffer.from([0xa5, 0x06]), Buffer.alloc(4)]), // field 100, 32 bits
    ])
    const record = Buffer.concat([
      unknown,
      encode('LogRecord', { attributes: [{ key: 'model', value: { stringValue: 'm' } }] }),
      unknown,
    ])
    const bytes = Buffer.concat([
      unknown,
      field(1, Buffer.concat([unknown, field(2, Buffer.concat([unknown, field(2, record)]))])),
    ])
    expect(decoded(bytes, 'protobuf')).toMatchObject([{ own: { model: 'm' } }])
  })

  it('times keep their millisecond over the whole range', () => {
    fc.assert(
      fc.property(nanoseconds, (nanos) => {
        const time = Buffer.alloc(9)
        time[0] = (1 << 3) | 1
        time.writeBigUInt64LE(nanos, 1)
        const expected = nanos === 0n ? null : Number(nanos / 1_000_000n)
        expect(decoded(field(1, field(2, field(2, time))), 'protobuf')).toMatchObject([{ timeMs: expected }])
        for (const written of [`"${nanos}"`, `${nanos}`]) {
          const json = `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":${written},"body":{"stringValue":"\\\\\\"9999999999999999\\\\"}}]}]}]}`
          expect(decoded(Buffer.from(json), 'json')).toMatchObject([{ timeMs: expected }])
        }
      }),
    )
  })

  it('integers come out the same from a varint, from a JSON number and from JSON text', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const bytes = encode('Logs', logsWith({ input_tokens: { intValue: String(value) } }))
        const expected = [{ own: { input_tokens: Number(value) } }]
        expect(decoded(bytes, 'protobuf')).toMatchObject(expected)
        for (const written of [`"${value}"`, `${value}`]) {
          const attributes = `[{"key":"input_tokens","value":{"intValue":${written}}}]`
          const json = `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"attributes":${attributes}}]}]}]}`
          expect(decoded(Buffer.from(json), 'json')).toMatchObject(expected)
        }
      }),
    )
  })
})

describe('bytes that are no request', () => {
  const sound = exported([claudeRequest, { ...claudeRequest, request_id: 'req_2' }])

  it('never do anything but be refused as malformed, or be read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        for (const encoding of ['protobuf', 'json'] as const) refusesOnlyAsMalformed(bytes, encoding)
      }),
      { numRuns: 2_000 },
    )
  })

  it('cut short anywhere are refused, and never come out as a smaller request in protobuf', () => {
    for (let length = 1; length < sound.binary.length; length += 1)
      expect(() => readLogs(sound.binary.subarray(0, length), 'protobuf')).toThrow(MalformedBody)
    for (let length = 0; length < sound.json.length; length += 7)
      expect(() => readLogs(sound.json.subarray(0, length), 'json')).toThrow(MalformedBody)
  })

  it('with flipped bits are refused or read, and nothing else happens', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: sound.binary.length * 8 - 1 }), { minLength: 1, maxLength: 4 }), (flips) => {
        for (const [bytes, encoding] of [
          [sound.binary, 'protobuf'],
          [sound.json, 'json'],
        ] as const) {
          const damaged = Uint8Array.from(bytes)
          for (const flip of flips) damaged[flip >> 3] = (damaged[flip >> 3] ?? 0) ^ (1 << (flip & 7))
          refusesOnlyAsMalformed(damaged, encoding)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it('an attribute that nests 8,000 deep is skipped as one run of bytes', () => {
    let value: Uint8Array = encode('Any', { stringValue: 'deep' })
    for (let depth = 0; depth < 8_000; depth += 1) value = field(5, field(1, value))
    const nested = Buffer.concat([field(1, Buffer.from('model')), field(2, value)])
    const bytes = field(1, field(2, field(2, Buffer.concat([field(6, nested), field(5, value)]))))
    expect(decoded(bytes, 'protobuf')).toMatchObject([{ own: {} }])
    const json = `{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":${'{"arrayValue":{"values":['.repeat(8_000)}${']}}'.repeat(8_000)}}]}]}]}`
    expect(decoded(Buffer.from(json), 'json')).toMatchObject([{ own: {} }])
  })

  it.each([
    ['groups that nest 8,000 deep', Buffer.alloc(8_000, 0x0b)],
    ['a group that ends without a beginning', Buffer.from([0x0c])],
    ['a group that another one ends', Buffer.from([0x0b, 0x14])],
    ['a number of eleven bytes', Buffer.concat([Buffer.from([0x08]), Buffer.alloc(11, 0xff)])],
    ['the field number zero', Buffer.from([0x02, 0x00])],
    ['a wire type that is none', Buffer.from([0x0f])],
    ['a length past the end', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0x7f])],
    ['a length of 2⁶³', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])],
    ['a text that is not UTF-8', field(1, field(2, field(2, field(6, field(1, Buffer.from([0xc3, 0x28]))))))],
  ])('%s is malformed', (_name, bytes) => {
    expect(() => readLogs(bytes, 'protobuf')).toThrow(MalformedBody)
  })

  it.each([
    '',
    'null',
    '[]',
    '"text"',
    '{"resourceLogs":{}}',
    '{"resourceLogs":[1]}',
    '{"resourceLogs":[{"scopeLogs":[{"logRecords":[null]}]}]}',
  ])('the JSON %j is malformed', (json) => expect(() => readLogs(Buffer.from(json), 'json')).toThrow(MalformedBody))

  it('is not said to be malformed when it is empty: no records were sent', () => {
    expect(readLogs(new Uint8Array(), 'protobuf')).toEqual({ requests: [], rejections: [] })
    expect(readLogs(Buffer.from('{}'), 'json')).toEqual({ requests: [], rejections: [] })
  })

  it('the refusal never quotes the body', () => {
    const attempt = () => readLogs(Buffer.from('{"prompt": "CANARY" oops'), 'json')
    expect(attempt).toThrow(MalformedBody)
    expect(attempt).not.toThrow(/CANARY/)
  })

  it('more records than one request may hold are refused, however small they are', () => {
    const records = Buffer.alloc((otlpLimits.recordsPerRequestMax + 1) * 2)
    for (let offset = 0; offset < records.length; offset += 2) records[offset] = 0x12
    expect(() => readLogs(field(1, field(2, records)), 'protobuf')).toThrow(/Lower the batch size/)
  })
})

describe('traces and metrics', () => {
  it('are checked and count nothing', () => {
    const spans = encode('Traces', {
      resourceSpans: [
        {
          scopeSpans: [
            { scope: { name: 's' }, spans: [{ name: 'chat', attributes: [{ key: 'model', value: { stringValue: 'm' } }] }] },
          ],
        },
      ],
    })
    const nothing = { requests: [], rejections: [] }
    expect(readTraces(spans, 'protobuf')).toEqual(nothing)
    expect(readMetrics(spans, 'protobuf')).toEqual(nothing)
    expect(readTraces(Buffer.from('{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"chat"}]}]}]}'), 'json')).toEqual(nothing)
    expect(readMetrics(Buffer.from('{"resourceMetrics":[]}'), 'json')).toEqual(nothing)
    for (const read of [readTraces, readMetrics]) {
      expect(() => read(spans.subarray(0, -1), 'protobuf')).toThrow(MalformedBody)
      expect(() => read(Buffer.from('{"resourceSpans":1,"resourceMetrics":1}'), 'json')).toThrow(MalformedBody)
    }
  })
})

/** Any time, and often a whole millisecond of our age: as a double, half of those fall into the millisecond before. */
const nanoseconds = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: 1_700_000_000_000n, max: 1_900_000_000_000n }).map((milliseconds) => milliseconds * 1_000_000n),
)

// What the exporters are given.

const keptNames = [...keptAttributes]
const emittedValue = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.boolean(),
  fc.integer(),
  fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)
const emitted = fc.dictionary(fc.oneof(fc.constantFrom(...keptNames), fc.string({ minLength: 1 })), emittedValue, {
  maxKeys: 8,
  noNullPrototype: true,
})

function exported(records: AnyValueMap[], other: { body?: string; resource?: Record<string, string | string[]> } = {}) {
  const exporter = new InMemoryLogRecordExporter()
  const provider = new LoggerProvider({
    resource: resourceFromAttributes({ 'service.name': 'claude-code', project: 'example-repo', ...other.resource }),
    processors: [new SimpleLogRecordProcessor({ exporter })],
  })
  const logger = provider.getLogger('com.anthropic.claude_code.events', '2.1.328')
  for (const attributes of records)
    logger.emit({ body: other.body ?? 'claude_code.api_request', timestamp: 1795165622830, attributes })
  const finished = exporter.getFinishedLogRecords()
  const binary = ProtobufLogsSerializer.serializeRequest(finished)
  const json = JsonLogsSerializer.serializeRequest(finished)
  if (!binary || !json) throw new Error('the exporter encoded nothing')
  return { binary, json }
}

/** What an emitted record's attributes come to: an integral double is a whole number, and −0 is 0, on the wire already. */
function keptOf(attributes: Record<string, unknown>) {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([key, value]) =>
      keptAttributes.has(key) ? [[key, Object.is(value, -0) ? 0 : value]] : [],
    ),
  )
}

// What protobufjs is given.

const anyValue = fc.oneof(
  fc.record({ stringValue: fc.string({ unit: 'grapheme' }) }),
  fc.record({ boolValue: fc.boolean() }),
  fc.record({ intValue: fc.maxSafeInteger() }),
  fc.record({ doubleValue: fc.double({ noNaN: true }) }),
  fc.record({ arrayValue: fc.constant({ values: [{ stringValue: 'in a list' }] }) }),
  fc.record({ kvlistValue: fc.constant({ values: [{ key: 'model', value: { stringValue: 'in a map' } }] }) }),
  fc.record({ bytesValue: fc.uint8Array({ maxLength: 8 }) }),
  fc.constant({}),
)
const pairs = fc.array(fc.record({ key: fc.oneof(fc.constantFrom(...keptNames), fc.string()), value: anyValue }), {
  maxLength: 8,
})
const message = fc.record({
  resourceLogs: fc.array(
    fc.record({
      resource: fc.record({ attributes: pairs, droppedAttributesCount: fc.nat() }),
      scopeLogs: fc.array(
        fc.record({
          scope: fc.record({ name: fc.string({ unit: 'grapheme' }), version: fc.string() }),
          records: fc.array(
            fc.record({
              time: fc.maxSafeInteger().map(Math.abs),
              observed: fc.maxSafeInteger().map(Math.abs),
              severityNumber: fc.nat({ max: 24 }),
              body: anyValue,
              attributes: pairs,
              flags: fc.nat(),
              traceId: fc.uint8Array({ minLength: 16, maxLength: 16 }),
              eventName: fc.string(),
            }),
            { maxLength: 3 },
          ),
          schemaUrl: fc.webUrl(),
        }),
        { maxLength: 2 },
      ),
    }),
    { maxLength: 2 },
  ),
})
type Message = typeof message extends fc.Arbitrary<infer Logs> ? Logs : never
type Pairs = Message['resourceLogs'][number]['resource']['attributes']

function meantBy(logs: Message) {
  return logs.resourceLogs.flatMap(({ resource, scopeLogs }) =>
    scopeLogs.flatMap(({ scope, records }) =>
      records.map((record) => ({
        scopeName: scope.name,
        resource: meantByPairs(resource.attributes),
        own: meantByPairs(record.attributes),
        timeMs: record.time === 0 ? null : Math.floor(record.time / 1_000_000),
        observedTimeMs: record.observed === 0 ? null : Math.floor(record.observed / 1_000_000),
      })),
    ),
  )
}

function meantByPairs(list: Pairs) {
  const meant = new Map<string, AttributeValue>()
  for (const { key, value } of list) {
    if (!keptAttributes.has(key)) continue
    const [scalar] = Object.values(value)
    if (typeof scalar === 'string' || typeof scalar === 'number' || typeof scalar === 'boolean') meant.set(key, scalar)
    else meant.delete(key)
  }
  return Object.fromEntries(meant)
}

// What both are compared by.

function decode(encoding: 'protobuf' | 'json') {
  return encoding === 'protobuf' ? decodeProtobufLogs : decodeJsonLogs
}

function decoded(bytes: Uint8Array, encoding: 'protobuf' | 'json') {
  const records: { scopeName: string; resource: object; own: object; timeMs: unknown; observedTimeMs: unknown }[] = []
  decode(encoding)(bytes, keptAttributes, (record) => {
    for (const name of keptAttributes) attributeOf(record, name)
    records.push({
      scopeName: record.scopeName,
      resource: Object.fromEntries(record.resource),
      own: Object.fromEntries(record.attributes),
      timeMs: record.timeMs,
      observedTimeMs: record.observedTimeMs,
    })
  })
  return records
}

function refusesOnlyAsMalformed(bytes: Uint8Array, encoding: 'protobuf' | 'json'): void {
  try {
    readLogs(bytes, encoding)
    readTraces(bytes, encoding)
    readMetrics(bytes, encoding)
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedBody)
  }
}

function encode(type: string, object: object): Uint8Array {
  return schema.lookupType(type).encode(schema.lookupType(type).fromObject(object)).finish()
}

function logsWith(attributes: Record<string, object>) {
  const list = Object.entries(attributes).map(([key, value]) => ({ key, value }))
  return { resourceLogs: [{ scopeLogs: [{ records: [{ attributes: list }] }] }] }
}

/** A field of bytes, such as a message. */
function field(number: number, bytes: Uint8Array): Uint8Array {
  const writer = protobuf.Writer.create()
  return writer
    .uint32((number << 3) | 2)
    .bytes(bytes)
    .finish()
}

function printed(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part instanceof Map ? [...part] : typeof part === 'bigint' ? String(part) : part,
  )
}
