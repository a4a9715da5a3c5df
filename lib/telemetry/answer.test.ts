import {
  JsonLogsSerializer,
  ProtobufLogsSerializer,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer'
import protobuf from 'protobufjs'
import { describe, expect, it } from 'vitest'
import type { Rejection } from '@/lib/usage/request'
import { acceptedAnswer, encodingOf, refusedAnswer } from './answer'
import type { Answer } from './answer'

const negative: Rejection = { reason: 'invalid_count', message: 'input_tokens must be a whole number.' }
const late: Rejection = { reason: 'too_old', message: 'The time is too old.' }

describe('an answer to a request that was taken', () => {
  it('is empty in both encodings when nothing was refused', () => {
    expect(acceptedAnswer('logs', 'protobuf', [])).toEqual({ contentType: 'application/x-protobuf', body: new Uint8Array() })
    expect(acceptedAnswer('logs', 'json', [])).toEqual({ contentType: 'application/json', body: '{}' })
  })

  it('is read by the exporters of OpenTelemetry, with the number refused and each reason once', () => {
    const rejections = [negative, late, negative]
    const errorMessage = 'input_tokens must be a whole number. (2 records) The time is too old.'
    expect(ProtobufLogsSerializer.deserializeResponse(bytesOf(acceptedAnswer('logs', 'protobuf', rejections)))).toEqual({
      partialSuccess: { rejectedLogRecords: 3, errorMessage },
    })
    expect(JsonLogsSerializer.deserializeResponse(bytesOf(acceptedAnswer('logs', 'json', rejections)))).toEqual({
      partialSuccess: { rejectedLogRecords: '3', errorMessage },
    })
    expect(ProtobufTraceSerializer.deserializeResponse(bytesOf(acceptedAnswer('traces', 'protobuf', [late])))).toEqual({
      partialSuccess: { rejectedSpans: 1, errorMessage: late.message },
    })
    expect(ProtobufMetricsSerializer.deserializeResponse(bytesOf(acceptedAnswer('metrics', 'protobuf', [late])))).toEqual({
      partialSuccess: { rejectedDataPoints: 1, errorMessage: late.message },
    })
  })

  it('counts exactly, however many there are, and names only a few of many reasons', () => {
    const rejections = Array.from({ length: 70_000 }, (_, index) => ({ ...late, message: `Reason ${index % 9}.` }))
    const answer = ProtobufLogsSerializer.deserializeResponse(bytesOf(acceptedAnswer('logs', 'protobuf', rejections)))
    expect(answer.partialSuccess?.rejectedLogRecords).toBe(70_000)
    expect(answer.partialSuccess?.errorMessage).toMatch(/Reason 4\. \(\d+ records\) And 4 other reasons\.$/)
  })
})

describe('an answer to a request that was not taken', () => {
  const { root } = protobuf.parse('syntax = "proto3"; message Status { int32 code = 1; string message = 2; }')

  it.each([
    [400, 3],
    [401, 16],
    [403, 7],
    [413, 8],
    [415, 3],
    [503, 14],
  ])('is a google.rpc.Status in the sender’s encoding: %i is code %i', (httpStatus, code) => {
    const message = 'Die Größe passt nicht. Send less.'
    expect(JSON.parse(String(refusedAnswer('json', httpStatus, message).body))).toEqual({ code, message })
    expect(root.lookupType('Status').decode(bytesOf(refusedAnswer('protobuf', httpStatus, message)))).toMatchObject({
      code,
      message,
    })
  })
})

describe('the encoding', () => {
  it.each([
    ['application/x-protobuf', 'protobuf'],
    ['application/json; charset=utf-8', 'json'],
    ['Application/JSON', 'json'],
    ['application/protobuf', null],
    ['text/plain', null],
    ['', null],
  ])('of %j is %s', (contentType, encoding) => expect(encodingOf(contentType)).toBe(encoding))
})

function bytesOf({ body }: Answer): Uint8Array {
  return typeof body === 'string' ? new TextEncoder().encode(body) : body
}
