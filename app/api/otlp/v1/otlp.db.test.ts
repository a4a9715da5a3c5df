import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { OTLPLogExporter as JsonExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPLogExporter as ProtobufExporter } from '@opentelemetry/exporter-logs-otlp-proto'
import { JsonLogsSerializer, ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs'
import { and, asc, eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keys, names, rejections, usageEvents } from '@/db/schema'
import { nameKinds } from '@/db/enums'
import { forgetEnvironment } from '@/lib/env'
import { applicationDatabase } from '@/lib/http/database'
import { inFlightMax, ingestRoute } from '@/lib/http/ingest'
import { makeIngestScope, makeMember, makeOrganization } from '@/lib/testing/factory'
import { useDatabase } from '@/lib/testing/harness'
import { POST as postLogs } from './logs/route'
import { POST as postMetrics } from './metrics/route'
import { POST as postTraces } from './traces/route'

const database = useDatabase()
const now = Date.now()

beforeAll(() => useAddress(database.url))
afterAll(() => applicationDatabase().$client?.end())

describe('telemetry from Claude Code', () => {
  it('is one event with disjoint tokens and its cost, however often and in whichever encoding it comes', async () => {
    const { keyText, stored } = await makeKey()
    const { binary, json } = exported([claudeRequest('req_1')])
    const sent = [
      [binary, protobufHeaders],
      [json, jsonHeaders],
      [gzipSync(binary), { ...protobufHeaders, 'content-encoding': 'gzip' }],
      [gzipSync(json), { ...jsonHeaders, 'content-encoding': 'gzip' }],
      [binary, protobufHeaders],
    ] as const
    for (const [body, headers] of sent) {
      const response = await postLogs(requestOf(body, { ...headers, authorization: `Bearer ${keyText}` }))
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe(headers['content-type'])
      expect(await response.text()).toBe(headers['content-type'] === 'application/json' ? '{}' : '')
    }
    expect(await stored()).toEqual([
      expect.objectContaining({
        occurredAt: new Date(now),
        uncachedTokens: 1234,
        cacheReadTokens: 5000,
        cacheWrite5mTokens: 150,
        cacheWrite1hTokens: 50,
        outputTokens: 77,
        costNanos: 7_219_500n,
        latencyMs: 1900,
      }),
    ])
  })

  it('sent by the official exporters over a socket, compressed or not, is still that one event', async () => {
    const { keyText, stored } = await makeKey()
    const { address, compressions, close } = await listen(postLogs)
    try {
      for (const Exporter of [ProtobufExporter, JsonExporter]) {
        for (const compression of ['none', 'gzip']) {
          process.env.OTEL_EXPORTER_OTLP_COMPRESSION = compression
          const headers = { Authorization: `Bearer ${keyText}` }
          const exporter = new Exporter({ url: address, headers })
          const { records } = exported([claudeRequest('req_socket')])
          const result = await new Promise((resolve) => exporter.export(records, resolve))
          expect(result).toEqual({ code: 0 })
          await exporter.shutdown()
        }
      }
    } finally {
      close()
    }
    expect(compressions).toEqual([undefined, 'gzip', undefined, 'gzip'])
    expect(await stored()).toHaveLength(1)
  })

  it('whose records are partly bad is stored in its good part; the answer and the key count the rest with reasons', async () => {
    const { keyText, stored, refusals } = await makeKey()
    const old = { ...claudeRequest('req_old'), timeMs: Date.UTC(2001, 0, 1) }
    const ahead = { ...claudeRequest('req_ahead'), timeMs: now + 3_600_000 }
    const negative = { ...claudeRequest('req_bad'), input_tokens: -1 }
    const { json, binary } = exported([
      claudeRequest('req_2'),
      negative,
      old,
      ahead,
      negative,
      claudeRequest('req_3'),
      { 'event.name': 'user_prompt' },
    ])
    const response = await postLogs(requestOf(json, { ...jsonHeaders, authorization: `Bearer ${keyText}` }))
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      partialSuccess: { rejectedLogRecords: '4', errorMessage: expect.stringMatching(/input_tokens must be .* \(2 records\)/) },
    })
    const again = await postLogs(requestOf(binary, { ...protobufHeaders, authorization: `Bearer ${keyText}` }))
    expect(ProtobufLogsSerializer.deserializeResponse(await bytesOf(again)).partialSuccess?.rejectedLogRecords).toBe(4)
    expect(await stored()).toHaveLength(2)
    expect(await refusals()).toMatchObject([
      { reason: 'in_the_future', count: 2 },
      { reason: 'invalid_count', count: 4 },
      { reason: 'too_old', count: 2 },
    ])
  })

  it('leaves nothing of a prompt anywhere in the database', async () => {
    const { keyText, orgId } = await makeKey()
    const { binary } = exported([{ ...claudeRequest('req_4'), prompt: 'CANARY', error: 'CANARY', response: 'CANARY' }], 'CANARY')
    await postLogs(requestOf(binary, { ...protobufHeaders, authorization: `Bearer ${keyText}` }))
    const words = await database.owner
      .select({ value: names.value })
      .from(names)
      .where(and(eq(names.orgId, orgId), eq(names.kind, nameKinds.project)))
      .orderBy(asc(names.value))
    expect(words).toEqual([{ value: 'example-repo' }])
    const tables = await database.owner.execute<{ name: string }>(
      `select quote_ident(relname) as name from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace`,
    )
    expect(tables.length).toBeGreaterThan(10)
    for (const { name } of tables) {
      const found = await database.owner.execute(`select 1 from ${name} as t where t::text like '%CANARY%'`)
      expect(found, name).toHaveLength(0)
    }
  })

  it('notes that the key was used, also when there was nothing to count', async () => {
    const { keyText, orgId } = await makeKey()
    await postMetrics(requestOf(Buffer.from('{"resourceMetrics":[]}'), { ...jsonHeaders, authorization: `Bearer ${keyText}` }))
    const used = await database.owner.select({ lastUsedAt: keys.lastUsedAt }).from(keys).where(eq(keys.orgId, orgId))
    expect(used).toEqual([{ lastUsedAt: expect.any(Date) }])
  })
})

describe('an answer is in the sender’s encoding', () => {
  const doors = [
    ['logs', postLogs],
    ['traces', postTraces],
    ['metrics', postMetrics],
  ] as const

  it.each(doors)('%s: what is malformed is 400, and nothing is stored', async (_signal, post) => {
    const { keyText, stored } = await makeKey()
    const { binary } = exported([claudeRequest('req_5')])
    const cut = await post(requestOf(binary.subarray(0, -1), { ...protobufHeaders, authorization: `Bearer ${keyText}` }))
    expect(cut.status).toBe(400)
    expect(cut.headers.get('content-type')).toBe('application/x-protobuf')
    expect(await statusOf(cut)).toEqual({ code: 3, message: expect.stringContaining('ends in the middle') })
    const broken = await post(requestOf(Buffer.from('{'), { ...jsonHeaders, authorization: `Bearer ${keyText}` }))
    expect(broken.status).toBe(400)
    expect(await broken.json()).toEqual({ code: 3, message: expect.stringContaining('not JSON') })
    expect(await stored()).toEqual([])
  })

  it.each(doors)('%s: a bad key is 401 with a sentence', async (_signal, post) => {
    for (const authorization of ['', 'Bearer outlay_wrong', 'Basic abc']) {
      const response = await post(requestOf(Buffer.from('{}'), { ...jsonHeaders, authorization }))
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toBe('Bearer')
      expect(await response.json()).toEqual({ code: 16, message: expect.stringMatching(/key/) })
    }
    const binary = await post(requestOf(new Uint8Array(), { ...protobufHeaders, authorization: 'Bearer outlay_wrong' }))
    expect(await statusOf(binary)).toMatchObject({ code: 16 })
  })

  it('a key as the specification encodes it is taken', async () => {
    const { keyText } = await makeKey()
    const response = await postLogs(requestOf(Buffer.from('{}'), { ...jsonHeaders, authorization: `Bearer%20${keyText}` }))
    expect(response.status).toBe(200)
  })

  it('too much is 413, a wrong type or compression 415, damaged gzip 400', async () => {
    const { keyText } = await makeKey()
    const authorization = `Bearer ${keyText}`
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))
    expect((await postLogs(requestOf(bomb, { ...protobufHeaders, authorization, 'content-encoding': 'gzip' }))).status).toBe(413)
    expect(
      (await postLogs(requestOf(bomb.subarray(0, 99), { ...jsonHeaders, authorization, 'content-encoding': 'gzip' }))).status,
    ).toBe(400)
    const brotli = await postLogs(requestOf(new Uint8Array(), { ...jsonHeaders, authorization, 'content-encoding': 'br' }))
    expect([brotli.status, brotli.headers.get('accept-encoding')]).toEqual([415, 'gzip'])
    const text = await postLogs(requestOf(Buffer.from('{}'), { 'content-type': 'text/plain', authorization }))
    expect(text.status).toBe(415)
    expect(await text.json()).toEqual({ code: 3, message: 'Send the body as application/x-protobuf or application/json.' })
  })

  it('the database away is 503 with Retry-After, and the same request is stored when it is back', async () => {
    const { keyText, stored } = await makeKey()
    const { binary } = exported([claudeRequest('req_6')])
    const request = () => requestOf(binary, { ...protobufHeaders, authorization: `Bearer ${keyText}` })
    await useAddress('postgres://outlay:outlay@127.0.0.1:1/nowhere')
    const away = await postLogs(request())
    await useAddress(database.url)
    expect(away.status).toBe(503)
    expect(Number(away.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await statusOf(away)).toMatchObject({ code: 14 })
    expect((await postLogs(request())).status).toBe(200)
    expect(await stored()).toHaveLength(1)
  })
})

describe('a server with more requests than it can work on', () => {
  it('answers 503 to the rest, and takes them when there is room again', async () => {
    const { keyText } = await makeKey()
    let letGo = () => {}
    let arrive = () => {}
    const held = new Promise<void>((resolve) => (letGo = resolve))
    const post = ingestRoute({
      contentTypes: [],
      formatOf: () => 'json',
      read: (bytes) => bytes.length,
      record: () => {
        arrive()
        return held
      },
      accepted: () => ({ body: '', contentType: 'text/plain' }),
      refused: (_status, message) => ({ body: message, contentType: 'text/plain' }),
    })
    const send = () => post(requestOf(Buffer.from('{}'), { authorization: `Bearer ${keyText}` }))
    const taken: Promise<Response>[] = []
    const refused: Response[] = []
    for (let sent = 0; sent < inFlightMax + 3; sent += 1) {
      const arrived = new Promise<null>((resolve) => (arrive = () => resolve(null)))
      const answer = send()
      const early = await Promise.race([answer, arrived])
      if (early === null) taken.push(answer)
      else refused.push(early)
    }
    expect([taken.length, refused.map((response) => response.status)]).toEqual([inFlightMax, [503, 503, 503]])
    expect(refused[0]?.headers.get('retry-after')).toBe('5')
    letGo()
    for (const answer of taken) expect((await answer).status).toBe(200)
    expect((await send()).status).toBe(200)
  })
})

const protobufHeaders = { 'content-type': 'application/x-protobuf' }
const jsonHeaders = { 'content-type': 'application/json' }

/** Points the doors at a database, as the environment of a server does. */
async function useAddress(url: string): Promise<void> {
  Object.assign(process.env, {
    DATABASE_URL: url,
    NEXTAUTH_URL: 'http://localhost:3000',
    NEXTAUTH_SECRET: 'a secret that is long enough for a test',
    OIDC_ISSUER: 'http://localhost:4000',
    OIDC_CLIENT_ID: 'outlay',
    OIDC_CLIENT_SECRET: 'a secret that is long enough for a test',
  })
  forgetEnvironment()
}

async function makeKey() {
  const context = database.at(new Date(now))
  const organization = await makeOrganization(context)
  const member = await makeMember(context, organization)
  const { keyText } = await makeIngestScope(context, organization, member.userId)
  const { orgId } = organization
  return {
    keyText,
    orgId,
    stored: () => database.owner.select().from(usageEvents).where(eq(usageEvents.orgId, orgId)).orderBy(asc(usageEvents.eventId)),
    refusals: () => database.owner.select().from(rejections).where(eq(rejections.orgId, orgId)).orderBy(asc(rejections.reason)),
  }
}

function claudeRequest(requestId: string) {
  return {
    'event.name': 'api_request',
    'event.sequence': 5,
    'session.id': '5a7fc0de-0000-4000-8000-000000000001',
    'user.email': 'ann@example.com',
    model: 'claude-sonnet-4-5',
    input_tokens: 1234,
    output_tokens: 77,
    cache_read_tokens: 5000,
    cache_creation_tokens: 200,
    cache_creation_5m_tokens: 150,
    cache_creation_1h_tokens: 50,
    cost_usd: 0.0072195,
    duration_ms: 1900,
    request_id: requestId,
  }
}

/** What the exporters of OpenTelemetry send for records with these attributes; `timeMs` is the record's own time. */
function exported(records: Record<string, string | number>[], body = 'claude_code.api_request') {
  const exporter = new InMemoryLogRecordExporter()
  const provider = new LoggerProvider({
    resource: resourceFromAttributes({ 'service.name': 'claude-code', 'service.version': '2.1.328', project: 'example-repo' }),
    processors: [new SimpleLogRecordProcessor({ exporter })],
  })
  const logger = provider.getLogger('com.anthropic.claude_code.events', '2.1.328')
  for (const { timeMs = now, ...attributes } of records) logger.emit({ body, timestamp: Number(timeMs), attributes })
  const finished = exporter.getFinishedLogRecords()
  const binary = ProtobufLogsSerializer.serializeRequest(finished)
  const json = JsonLogsSerializer.serializeRequest(finished)
  if (!binary || !json) throw new Error('the exporter encoded nothing')
  return { binary, json, records: finished }
}

/** A real socket before a route, for exporters that only speak HTTP. */
async function listen(post: (request: Request) => Promise<Response>) {
  const compressions: unknown[] = []
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    compressions.push(incoming.headers['content-encoding'])
    const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)])
    const response = await post(new Request('http://localhost/', { method: 'POST', headers, body: Buffer.concat(chunks) }))
    outgoing.writeHead(response.status, Object.fromEntries(response.headers))
    outgoing.end(await bytesOf(response))
  }
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return { address: `http://127.0.0.1:${port}/v1/logs`, compressions, close: () => server.close() }
}

function requestOf(body: Uint8Array, headers: Record<string, string>): Request {
  return new Request('http://localhost:3000/api/otlp/v1/logs', { method: 'POST', body: Uint8Array.from(body), headers })
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer())
}

/** Reads a short google.rpc.Status: field 1 a one-byte code, field 2 the message. */
async function statusOf(response: Response): Promise<{ code: number; message: string }> {
  const bytes = await bytesOf(response)
  expect([bytes[0], bytes[2]]).toEqual([0x08, 0x12])
  expect(bytes[3]).toBe(bytes.length - 4)
  return { code: bytes[1] ?? 0, message: new TextDecoder().decode(bytes.subarray(4)) }
}
