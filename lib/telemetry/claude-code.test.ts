import { describe, expect, it } from 'vitest'
import type { ReportedRequest } from '@/lib/usage/request'
import { readLogs } from './read'

// Fixtures are typed by hand from what Claude Code 2.1.328 and 2.0.60 were seen to send; they carry no capture of anybody.

type Value =
  { stringValue: string } | { intValue: number | string } | { doubleValue: number | string } | { boolValue: boolean } | object
type Fields = Record<string, Value | undefined>

const text = (stringValue: string): Value => ({ stringValue })
const whole = (intValue: number | string): Value => ({ intValue })
const double = (doubleValue: number | string): Value => ({ doubleValue })

const currentResource: Fields = {
  'service.name': text('claude-code'),
  'service.version': text('2.1.328'),
  project: text('example-repo'),
}

const currentRequest: Fields = {
  'event.name': text('api_request'),
  'event.timestamp': text('2026-11-20T09:07:02.831Z'),
  'event.sequence': whole(5),
  'session.id': text('5a7fc0de-0000-4000-8000-000000000001'),
  'user.email': text('Ann@Example.com'),
  'user.account_uuid': text('0b8f0000-0000-4000-8000-000000000002'),
  'user.id': text('9f86d081884c7d65'),
  'organization.id': text('0rg00000-0000-4000-8000-000000000003'),
  'app.version': text('2.1.328'),
  model: text('claude-sonnet-4-5'),
  input_tokens: whole(1234),
  output_tokens: whole(77),
  cache_read_tokens: whole(5000),
  cache_creation_tokens: whole(200),
  cache_creation_5m_tokens: whole(150),
  cache_creation_1h_tokens: whole(50),
  cost_usd: double(0.0072195),
  cost_usd_micros: whole(7220),
  duration_ms: whole(1900),
  ttft_ms: whole(420),
  request_id: text('req_011CExample'),
  speed: text('normal'),
  query_source: text('main'),
}

const oldResource: Fields = {
  'service.name': text('claude-code'),
  'service.version': text('2.0.60'),
  project: text('example-repo'),
}

const oldRequest: Fields = {
  'event.name': text('api_request'),
  'event.timestamp': text('2026-11-20T09:07:02.831Z'),
  'session.id': text('5a7fc0de-0000-4000-8000-000000000001'),
  'user.id': text('9f86d081884c7d65'),
  'terminal.type': text('xterm'),
  model: text('claude-sonnet-4-5'),
  input_tokens: text('1234'),
  output_tokens: text('77'),
  cache_read_tokens: text('5000'),
  cache_creation_tokens: text('200'),
  cost_usd: text('0.0072195'),
  duration_ms: text('1900'),
}

const failure: Fields = {
  'event.name': text('api_error'),
  'event.timestamp': text('2026-11-20T09:08:00.000Z'),
  'event.sequence': whole(9),
  'session.id': text('5a7fc0de-0000-4000-8000-000000000001'),
  model: text('claude-sonnet-4-5'),
  error: text('Overloaded'),
  status_code: whole(529),
  duration_ms: whole(31000),
  attempt: whole(11),
}

describe('Claude Code 2.1', () => {
  it('is read into disjoint tokens, exact cost, its own id and the person it claims', () => {
    expect(read(currentResource, currentRequest)).toEqual({
      tool: 'claude-code',
      path: 'telemetry',
      key: { kind: 'id', id: 'req_011CExample' },
      occurredAtMs: 1795165622830,
      claim: { namespace: 'email', value: 'ann@example.com' },
      model: 'claude-sonnet-4-5',
      provider: 'anthropic',
      client: 'cli',
      clientVersion: '2.1.328',
      project: 'example-repo',
      language: '',
      mode: '',
      session: '5a7fc0de-0000-4000-8000-000000000001',
      profile: '',
      outcome: 'ok',
      tokens: { uncached: 1234, cacheRead: 5000, cacheWrite5m: 150, cacheWrite1h: 50, output: 77, reasoning: 0 },
      costNanos: 7_219_500n,
      creditsMicrocredits: null,
      latencyMs: 1900,
      ttftMs: 420,
    } satisfies ReportedRequest)
  })

  it('has the same key and the same time however often it is sent', () => {
    expect(read(currentResource, currentRequest)).toEqual(read(currentResource, currentRequest))
  })

  it('is known by its place in the session when it has no id, whether the place is a number or text', () => {
    const key = { kind: 'id', id: '5a7fc0de-0000-4000-8000-000000000001#5' }
    expect(read(currentResource, { ...currentRequest, request_id: undefined }).key).toEqual(key)
    expect(read(currentResource, { ...currentRequest, request_id: undefined, 'event.sequence': text('5') }).key).toEqual(key)
  })

  it('takes the rounded micro-dollars only where the cost itself is missing', () => {
    expect(read(currentResource, { ...currentRequest, cost_usd: undefined }).costNanos).toBe(7_220_000n)
    expect(read(currentResource, { ...currentRequest, cost_usd: undefined, cost_usd_micros: undefined }).costNanos).toBeNull()
    expect(read(currentResource, { ...currentRequest, cost_usd: double(0) }).costNanos).toBe(0n)
  })

  it('takes all of the cache writes for the five-minute cache when the sender does not tell the caches apart', () => {
    const together = { ...currentRequest, cache_creation_5m_tokens: undefined, cache_creation_1h_tokens: undefined }
    expect(read(currentResource, together).tokens).toMatchObject({ cacheWrite5m: 200, cacheWrite1h: 0 })
  })

  it('never counts a cache write twice when only one of the parts is sent', () => {
    const onlyHour = { ...currentRequest, cache_creation_5m_tokens: undefined }
    expect(read(currentResource, onlyHour).tokens).toMatchObject({ cacheWrite5m: 150, cacheWrite1h: 50 })
    const onlyMinutes = { ...currentRequest, cache_creation_1h_tokens: undefined }
    expect(read(currentResource, onlyMinutes).tokens).toMatchObject({ cacheWrite5m: 150, cacheWrite1h: 50 })
    const withoutTotal = { ...currentRequest, cache_creation_tokens: undefined }
    expect(read(currentResource, withoutTotal).tokens).toMatchObject({ cacheWrite5m: 150, cacheWrite1h: 50 })
  })

  it.each([
    ['cli', 'cli'],
    ['claude-vscode', 'ide'],
    ['claude-desktop', 'desktop'],
    ['sdk-py', 'sdk'],
    ['something-new', 'cli'],
  ])('started by %s is the client %s', (entrypoint, client) => {
    expect(read(currentResource, { ...currentRequest, 'app.entrypoint': text(entrypoint) }).client).toBe(client)
  })

  it('sent by the desktop program is the client desktop', () => {
    expect(read({ ...currentResource, 'service.name': text('claude-code-desktop') }, currentRequest).client).toBe('desktop')
  })

  it('is recognized by its scope where an administrator renamed the service', () => {
    expect(read({ ...currentResource, 'service.name': text('our-fleet') }, currentRequest).tool).toBe('claude-code')
  })

  it.each([
    [{ 'user.email': undefined }, { namespace: 'account', value: '0b8f0000-0000-4000-8000-000000000002' }],
    [
      { 'user.email': undefined, 'user.account_uuid': undefined },
      { namespace: 'installation', value: '9f86d081884c7d65' },
    ],
    [
      { 'user.email': undefined, 'enduser.id': text('bob@example.com') },
      { namespace: 'email', value: 'bob@example.com' },
    ],
    [
      { 'user.email': undefined, 'enduser.id': text('bob') },
      { namespace: 'user', value: 'bob' },
    ],
    [{ 'user.email': undefined, 'user.account_uuid': undefined, 'user.id': undefined }, null],
  ])('claims the best identity it sends: %j', (fields, claim) => {
    expect(read(currentResource, { ...currentRequest, ...fields }).claim).toEqual(claim)
  })

  it('takes the project that the sender names, else the repository with its owner', () => {
    const repository = { 'vcs.owner.name': text('team'), 'vcs.repository.name': text('repo') }
    expect(read(currentResource, { ...currentRequest, ...repository }).project).toBe('example-repo')
    expect(read({ ...currentResource, project: undefined }, { ...currentRequest, ...repository }).project).toBe('team/repo')
    expect(read({ ...currentResource, project: undefined }, { ...currentRequest, 'project.id': text('p1') }).project).toBe('p1')
    expect(read({ ...currentResource, project: undefined }, currentRequest).project).toBe('')
  })

  it('lets a record say otherwise than its resource, but an empty value says nothing', () => {
    expect(read(currentResource, { ...currentRequest, project: text('other') }).project).toBe('other')
    expect(read(currentResource, { ...currentRequest, project: {} }).project).toBe('example-repo')
  })

  it('keeps the cloud that served it as the provider', () => {
    expect(read(currentResource, { ...currentRequest, 'anthropic.provider': text('bedrock') }).provider).toBe('bedrock')
    expect(read(currentResource, { ...currentRequest, 'anthropic.provider': text('firstParty') }).provider).toBe('anthropic')
  })
})

describe('Claude Code 2.0', () => {
  it('is read the same from numbers as text, and known by what it holds', () => {
    const request = read(oldResource, oldRequest)
    expect(request).toMatchObject({
      key: { kind: 'counts', conversation: '5a7fc0de-0000-4000-8000-000000000001' },
      tokens: { uncached: 1234, cacheRead: 5000, cacheWrite5m: 200, cacheWrite1h: 0, output: 77, reasoning: 0 },
      costNanos: 7_219_500n,
      claim: { namespace: 'installation', value: '9f86d081884c7d65' },
      clientVersion: '2.0.60',
      project: 'example-repo',
      latencyMs: 1900,
      ttftMs: null,
      outcome: 'ok',
    })
  })

  it('that names neither request nor session is refused: a resend could not be told from a second request', () => {
    expect(refusal(oldResource, { ...oldRequest, 'session.id': undefined })).toEqual({
      reason: 'missing_attribute',
      message: 'session.id is missing. Send it with every request.',
    })
  })
})

describe('a failed request', () => {
  it('is counted as failed, without tokens and without a cost', () => {
    expect(read(currentResource, failure)).toMatchObject({
      outcome: 'failed',
      key: { kind: 'id', id: '5a7fc0de-0000-4000-8000-000000000001#9' },
      tokens: { uncached: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, output: 0, reasoning: 0 },
      costNanos: null,
      latencyMs: 31000,
    })
  })
})

describe('time', () => {
  it('is the record’s own first, then the event’s, then when it was observed', () => {
    const times = { timeUnixNano: '1795165622830999999', observedTimeUnixNano: '1795165623000000000' }
    expect(read(currentResource, currentRequest, times).occurredAtMs).toBe(1795165622830)
    expect(read(currentResource, currentRequest, { ...times, timeUnixNano: '0' }).occurredAtMs).toBe(1795165622831)
    const withoutEvent = { ...currentRequest, 'event.timestamp': undefined }
    expect(read(currentResource, withoutEvent, { ...times, timeUnixNano: undefined }).occurredAtMs).toBe(1795165623000)
  })

  it('that is nowhere refuses the request', () => {
    const rejection = refusal(currentResource, { ...currentRequest, 'event.timestamp': undefined }, {})
    expect(rejection.reason).toBe('missing_attribute')
    expect(rejection.message).toContain('timeUnixNano')
  })

  it('that cannot be read refuses the request', () => {
    expect(refusal(currentResource, currentRequest, { timeUnixNano: 'yesterday' }).reason).toBe('invalid_attribute')
    expect(refusal(currentResource, { ...currentRequest, 'event.timestamp': text('2026-02-30T00:00:00Z') }, {}).reason).toBe(
      'invalid_attribute',
    )
  })
})

describe('a bad attribute refuses its record, and only that one', () => {
  it.each([
    ['negative', { input_tokens: whole(-1) }, 'invalid_count', 'input_tokens'],
    ['fractional', { output_tokens: double(1.5) }, 'invalid_count', 'output_tokens'],
    ['absurd', { cache_read_tokens: whole('9007199254740993') }, 'invalid_count', 'cache_read_tokens'],
    ['negative text', { input_tokens: text('-5') }, 'invalid_count', 'input_tokens'],
    ['text that is no number', { input_tokens: text('many') }, 'invalid_count', 'input_tokens'],
    ['an integer that is none', { input_tokens: whole('many') }, 'invalid_count', 'input_tokens'],
    ['not a number', { output_tokens: double('NaN') }, 'invalid_count', 'output_tokens'],
    ['infinite', { output_tokens: double('Infinity') }, 'invalid_count', 'output_tokens'],
    ['a truth', { output_tokens: { boolValue: true } }, 'invalid_count', 'output_tokens'],
    ['missing tokens', { input_tokens: undefined }, 'missing_attribute', 'input_tokens'],
    ['missing model', { model: undefined }, 'missing_attribute', 'model'],
    ['empty model', { model: text('') }, 'missing_attribute', 'model'],
    ['parts that do not sum', { cache_creation_tokens: whole(300) }, 'inconsistent_counts', 'cache_creation_tokens'],
    [
      'a part above the whole',
      { cache_creation_5m_tokens: whole(201), cache_creation_1h_tokens: undefined },
      'inconsistent_counts',
      'cache_creation',
    ],
    ['negative cost', { cost_usd: double(-0.01) }, 'invalid_cost', 'cost_usd'],
    ['absurd cost', { cost_usd: text('1e9') }, 'invalid_cost', 'cost_usd'],
    ['cost that is no number', { cost_usd: text('free') }, 'invalid_cost', 'cost_usd'],
    ['long project', { project: text('x'.repeat(201)) }, 'too_long', 'project'],
    ['NUL in a name', { project: text('a\u0000b') }, 'invalid_attribute', 'project'],
    ['half a surrogate pair', { project: text('a\ud800b') }, 'invalid_attribute', 'project'],
    ['endless duration', { duration_ms: whole(86_400_001) }, 'invalid_attribute', 'duration_ms'],
  ])('%s', (_name, fields, reason, attribute) => {
    const bytes = jsonOf(currentResource, [record(currentRequest), record({ ...currentRequest, ...fields }), record(failure)])
    const { requests, rejections } = readLogs(bytes, 'json')
    expect(requests.map((request) => request.outcome)).toEqual(['ok', 'failed'])
    expect(rejections).toHaveLength(1)
    expect(rejections[0]?.reason).toBe(reason)
    expect(rejections[0]?.message).toContain(attribute)
  })

  it('never quotes what was sent', () => {
    const secret = 'the-prompt-of-somebody'
    for (const name of Object.keys(currentRequest)) {
      const { rejections } = readLogs(
        jsonOf(currentResource, [record({ ...currentRequest, [name]: text(`${secret}\u0000`) })]),
        'json',
      )
      for (const { message } of rejections) expect(message).not.toContain(secret)
    }
  })
})

describe('what is not counted', () => {
  it.each(['user_prompt', 'tool_result', 'api_refusal', 'api_retries_exhausted'])('%s is accepted and left out', (event) => {
    expect(readLogs(jsonOf(currentResource, [record({ ...currentRequest, 'event.name': text(event) })]), 'json')).toEqual({
      requests: [],
      rejections: [],
    })
  })

  it('the same event name of another tool is accepted and left out', () => {
    const body = jsonOf({ 'service.name': text('shop') }, [record(currentRequest)], 'com.example.shop')
    expect(readLogs(body, 'json')).toEqual({ requests: [], rejections: [] })
  })
})

function record(fields: Fields, times: object = { timeUnixNano: '1795165622830000000' }): object {
  return { ...times, body: text('claude_code.api_request'), attributes: attributesOf(fields) }
}

function attributesOf(fields: Fields): object[] {
  return Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }]))
}

function jsonOf(resource: Fields, logRecords: object[], scope = 'com.anthropic.claude_code.events'): Uint8Array {
  const scopeLogs = [{ scope: { name: scope, version: '2.1.328' }, logRecords }]
  return new TextEncoder().encode(
    JSON.stringify({ resourceLogs: [{ resource: { attributes: attributesOf(resource) }, scopeLogs }] }),
  )
}

function read(resource: Fields, fields: Fields, times?: object): ReportedRequest {
  const { requests, rejections } = readLogs(jsonOf(resource, [record(fields, times)]), 'json')
  expect(rejections).toEqual([])
  const [request] = requests
  if (!request) throw new Error('the fixture was not counted')
  return request
}

function refusal(resource: Fields, fields: Fields, times?: object) {
  const { requests, rejections } = readLogs(jsonOf(resource, [record(fields, times)]), 'json')
  expect(requests).toEqual([])
  const [rejection] = rejections
  if (!rejection) throw new Error('the fixture was not refused')
  return rejection
}
