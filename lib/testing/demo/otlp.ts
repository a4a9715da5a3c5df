import type { DemoRequest, DemoSession } from './conversation'
import { ByteWriter, varintLength } from './bytes'
import type { Client } from './habits'
import type { DemoOrganization, DemoPerson } from './plan'
import { Random } from './random'

/**
 * Sessions of Claude Code as its exporter sends them: `ResourceLogs` of OTLP, which stand one behind the other in a batch. In
 * the shape of 2.1 (numbers as numbers, a request id) and protobuf, but for who stays on 2.0.60: all text, and JSON.
 */

/** The last version of the old shape. */
const oldVersion = '2.0.60'

const scopeName = 'com.anthropic.claude_code.events'

/** Whether a session's tool speaks the old shape, which travels as JSON. */
export function isOldShape(session: DemoSession): boolean {
  return session.version === oldVersion
}

const record = new ByteWriter()
const constant = new ByteWriter()
const scopeLogs = new ByteWriter()
const resource = new ByteWriter()
const resourceLogs = new ByteWriter()
const batch = new ByteWriter()

/** One session as a field of an `ExportLogsServiceRequest`: a batch is such fields, one after the other. */
export function encodeSession(organization: DemoOrganization, person: DemoPerson, session: DemoSession): Buffer {
  const ids = new Random(...session.entropy)
  resource.clear()
  for (const [name, value] of resourceAttributes(session)) writeText(resource, tags.resourceAttributes, nameOf(name), value)
  constant.clear()
  for (const [name, value] of recordAttributes(organization, person, session)) {
    writeText(constant, tags.recordAttributes, nameOf(name), value)
  }
  scopeLogs.clear()
  scopeLogs.writeBytes(scopeOf(session.version))
  session.requests.forEach((request, index) => {
    writeRecord(request, sequenceOf(index), ids)
    scopeLogs.writeMessage(tags.logRecords, record)
  })
  resourceLogs.clear()
  resourceLogs.writeMessage(tags.resource, resource)
  resourceLogs.writeMessage(tags.scopeLogs, scopeLogs)
  batch.clear()
  batch.writeMessage(tags.resourceLogs, resourceLogs)
  return batch.toBuffer()
}

/** One session in the old shape, as an element of the JSON encoding's `resourceLogs`. */
export function encodeOldSession(organization: DemoOrganization, person: DemoPerson, session: DemoSession): string {
  const attributes = (pairs: readonly (readonly [string, string])[]) =>
    pairs.map(([key, stringValue]) => ({ key, value: { stringValue } }))
  const constant = recordAttributes(organization, person, session).filter(([name]) => !isFromResource(name))
  return JSON.stringify({
    resource: { attributes: attributes(resourceAttributes(session)) },
    scopeLogs: [
      {
        scope: { name: scopeName, version: session.version },
        logRecords: session.requests.map((request) => ({
          timeUnixNano: `${request.atMs}000000`,
          body: { stringValue: request.failure === 0 ? 'claude_code.api_request' : 'claude_code.api_error' },
          attributes: attributes([...constant, ...oldAttributes(request)]),
        })),
      },
    ],
  })
}

function oldAttributes(request: DemoRequest): [string, string][] {
  const times: [string, string][] = [
    ['event.timestamp', new Date(request.atMs).toISOString()],
    ['model', request.model],
    ['duration_ms', String(request.durationMs)],
  ]
  if (request.failure !== 0) {
    return [['event.name', 'api_error'], ...times, ['error', errorOf(request.failure)], ['status_code', String(request.failure)]]
  }
  return [
    ['event.name', 'api_request'],
    ...times,
    ['input_tokens', String(request.uncached)],
    ['output_tokens', String(request.output)],
    ['cache_read_tokens', String(request.cacheRead)],
    ['cache_creation_tokens', String(request.cacheWrite5m + request.cacheWrite1h)],
    ['cost_usd', String(dollarsOf(request))],
  ]
}

function writeRecord(request: DemoRequest, sequence: number, ids: Random): void {
  record.clear()
  record.writeByte(tags.time)
  record.writeNanos(request.atMs)
  record.writeByte(tags.observedTime)
  record.writeNanos(request.atMs + 1)
  record.writeAll(constant)
  addText(names.timestamp, new Date(request.atMs).toISOString())
  writeNumber(names.sequence, sequence)
  addText(names.model, request.model)
  writeNumber(names.duration, request.durationMs)
  addText(names.querySource, request.purpose)
  if (request.failure !== 0) {
    record.writeBytes(errorStart)
    addText(names.error, errorOf(request.failure))
    writeNumber(names.status, request.failure)
    return
  }
  record.writeBytes(requestStart)
  writeNumber(names.input, request.uncached)
  writeNumber(names.output, request.output)
  writeNumber(names.cacheRead, request.cacheRead)
  writeNumber(names.cacheWrite, request.cacheWrite5m + request.cacheWrite1h)
  writeNumber(names.cacheWrite5m, request.cacheWrite5m)
  writeNumber(names.cacheWrite1h, request.cacheWrite1h)
  writeDouble(names.cost, dollarsOf(request))
  writeNumber(names.costMicros, Math.round((request.costNanos ?? 0) / 1_000))
  writeNumber(names.firstToken, request.ttftMs)
  addText(names.requestId, `req_011C${base58(ids)}${base58(ids)}${base58(ids)}${base58(ids)}`)
}

/** The double nearest to the cost: its shortest decimal form is the cost to the nano-dollar. */
function dollarsOf(request: DemoRequest): number {
  return (request.costNanos ?? 0) / 1_000_000_000
}

/** Other events of a session take numbers too. */
function sequenceOf(index: number): number {
  return 4 + index * 3
}

/** Who is signed in by OAuth tells more than who comes with an API key; a robot has neither name nor account. */
function recordAttributes(organization: DemoOrganization, person: DemoPerson, session: DemoSession): [string, string][] {
  const hasAccount = person.email !== null
  return [
    ['session.id', sessionIdOf(session)],
    ['user.id', person.habit.installationId],
    ...(hasAccount ? accountAttributes(organization, person, person.email) : []),
    ['terminal.type', terminals[session.client]],
    ['app.version', session.version],
    ['app.entrypoint', person.email === null ? 'claude-code-github-action' : entrypoints[session.client]],
    ['speed', 'normal'],
    ['anthropic.provider', 'firstParty'],
    ...(session.project ? projectAttributes(session.project.name) : []),
  ]
}

function accountAttributes(organization: DemoOrganization, person: DemoPerson, email: string | null): [string, string][] {
  return email === null
    ? []
    : [
        ['organization.id', organization.vendorId],
        ['user.account_id', `user_01${person.habit.accountId}`],
        ['user.email', email],
      ]
}

function projectAttributes(name: string): [string, string][] {
  return [['project', name]]
}

/** Version 2.0.60 leaves these on the resource alone, and knows no entrypoint. */
function isFromResource(name: string): boolean {
  return name === 'project' || name === 'app.entrypoint' || name === 'speed' || name === 'anthropic.provider'
}

function resourceAttributes(session: DemoSession): [string, string][] {
  return [
    ['service.name', session.client === 'desktop' ? 'claude-code-desktop' : 'claude-code'],
    ['service.version', session.version],
    ['os.type', session.client === 'desktop' ? 'darwin' : 'linux'],
    ['host.arch', session.client === 'desktop' ? 'arm64' : 'amd64'],
    ...(session.project ? projectAttributes(session.project.name) : []),
  ]
}

const terminals: Readonly<Record<Client, string>> = { cli: 'tmux', ide: 'vscode', desktop: 'desktop' }
const entrypoints: Readonly<Record<Client, string>> = { cli: 'cli', ide: 'claude-vscode', desktop: 'claude-desktop' }

/** The session's id: a UUID of version 4, made from its entropy. */
export function sessionIdOf(session: DemoSession): string {
  const hex = session.entropy.map((word) => word.toString(16).padStart(8, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}

const letters = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

/** Five letters of a vendor's id. */
function base58(ids: Random): string {
  let text = ''
  for (let rest = ids.next() % 58 ** 5, place = 0; place < 5; place += 1) {
    text += letters.charAt(rest % 58)
    rest = Math.floor(rest / 58)
  }
  return text
}

function errorOf(status: number): string {
  switch (status) {
    case 429:
      return 'Rate limited'
    case 529:
      return 'Overloaded'
    case 408:
      return 'Request timed out.'
    default:
      return 'Internal server error'
  }
}

// How all of it stands on the wire. A tag is a field's number and its wire type.

const tags = {
  resourceLogs: 0x0a,
  resource: 0x0a,
  scopeLogs: 0x12,
  scope: 0x0a,
  logRecords: 0x12,
  resourceAttributes: 0x0a,
  recordAttributes: 0x32,
  time: 0x09,
  observedTime: 0x59,
  body: 0x2a,
  key: 0x0a,
  value: 0x12,
  text: 0x0a,
  integer: 0x18,
  double: 0x21,
} as const

/** An attribute by its key: the bytes up to its value. */
type Name = { readonly key: Buffer }

const knownNames = new Map<string, Name>()

function nameOf(text: string): Name {
  let name = knownNames.get(text)
  if (!name) {
    const key = Buffer.from(text)
    name = { key: Buffer.from([tags.key, key.length, ...key, tags.value]) }
    knownNames.set(text, name)
  }
  return name
}

const names = {
  timestamp: nameOf('event.timestamp'),
  sequence: nameOf('event.sequence'),
  model: nameOf('model'),
  duration: nameOf('duration_ms'),
  querySource: nameOf('query_source'),
  error: nameOf('error'),
  status: nameOf('status_code'),
  input: nameOf('input_tokens'),
  output: nameOf('output_tokens'),
  cacheRead: nameOf('cache_read_tokens'),
  cacheWrite: nameOf('cache_creation_tokens'),
  cacheWrite5m: nameOf('cache_creation_5m_tokens'),
  cacheWrite1h: nameOf('cache_creation_1h_tokens'),
  cost: nameOf('cost_usd'),
  costMicros: nameOf('cost_usd_micros'),
  firstToken: nameOf('ttft_ms'),
  requestId: nameOf('request_id'),
}

// Values here are shorter than 128 bytes with their keys, so that every length is one byte.

function writeText(into: ByteWriter, tag: number, { key }: Name, text: string): void {
  into.writeByte(tag)
  into.writeByte(key.length + 3 + text.length)
  into.writeBytes(key)
  into.writeByte(2 + text.length)
  into.writeByte(tags.text)
  into.writeByte(text.length)
  into.writeAscii(text)
}

function addText(name: Name, text: string): void {
  writeText(record, tags.recordAttributes, name, text)
}

function writeNumber({ key }: Name, value: number): void {
  const length = varintLength(value)
  record.writeByte(tags.recordAttributes)
  record.writeByte(key.length + 2 + length)
  record.writeBytes(key)
  record.writeByte(1 + length)
  record.writeByte(tags.integer)
  record.writeVarint(value)
}

function writeDouble({ key }: Name, value: number): void {
  record.writeByte(tags.recordAttributes)
  record.writeByte(key.length + 10)
  record.writeBytes(key)
  record.writeByte(9)
  record.writeByte(tags.double)
  record.writeDouble(value)
}

function bodyAndName(event: string): Buffer {
  const start = new ByteWriter()
  const body = `claude_code.${event}`
  start.writeBytes(Buffer.from([tags.body, body.length + 2, tags.text, body.length]))
  start.writeAscii(body)
  writeText(start, tags.recordAttributes, nameOf('event.name'), event)
  return start.toBuffer()
}

const requestStart = bodyAndName('api_request')
const errorStart = bodyAndName('api_error')

const scopes = new Map<string, Buffer>()

function scopeOf(version: string): Buffer {
  let scope = scopes.get(version)
  if (!scope) {
    const parts = [scopeName, version].map((text, index) =>
      Buffer.concat([Buffer.from([index === 0 ? 0x0a : 0x12, text.length]), Buffer.from(text)]),
    )
    const message = Buffer.concat(parts)
    scope = Buffer.concat([Buffer.from([tags.scope, message.length]), message])
    scopes.set(version, scope)
  }
  return scope
}
