import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto'
import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { startProvider, type ProviderAccount } from './provider'

const redirectUri = 'http://localhost:3999/api/auth/callback/oidc'
const people: ProviderAccount[] = [
  { email: 'olivia@acme.test', name: 'Olivia <Owner> & Co', role: 'Owner', organization: 'Acme' },
  { email: 'new@acme.test', name: 'Newcomer', isEmailVerified: false },
  { email: 'terse@acme.test', name: 'Terse', isEmailVerified: null, subject: 'subject-3' },
]

const Discovery = z.object({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  jwks_uri: z.string(),
  code_challenge_methods_supported: z.array(z.string()),
})
const Tokens = z.object({ id_token: z.string() })
const Keys = z.object({ keys: z.array(z.looseObject({ kid: z.string(), kty: z.string(), d: z.undefined().optional() })) })

let provider: Awaited<ReturnType<typeof startProvider>> | undefined

afterEach(async () => {
  await provider?.close()
  provider = undefined
})

describe('the demo provider', () => {
  test('signs in the account that was clicked, with signed claims in the id token', async () => {
    const client = await startClient()
    const { login } = await client.begin()
    expect(login.html).toContain('Olivia &#60;Owner&#62; &#38; Co')
    const callback = await client.pick(login, 'olivia@acme.test')
    expect(callback.searchParams.get('state')).toBe(client.state)

    const answer = await client.exchange(callback)
    expect(answer.status).toBe(200)
    const claims = await client.claimsOf(Tokens.parse(await answer.json()).id_token)
    expect(claims).toMatchObject({
      iss: client.issuer,
      aud: 'outlay',
      sub: 'olivia@acme.test',
      nonce: client.nonce,
      email: 'olivia@acme.test',
      email_verified: true,
      name: 'Olivia <Owner> & Co',
    })
  })

  test('says of an e-mail that it is not verified, or nothing at all, when told so', async () => {
    const client = await startClient()
    const unverified = await client.signIn('new@acme.test')
    expect(unverified).toMatchObject({ email: 'new@acme.test', email_verified: false })
    const silent = await client.signIn('subject-3')
    expect(silent).toMatchObject({ sub: 'subject-3', email: 'terse@acme.test' })
    expect(silent).not.toHaveProperty('email_verified')
  })

  test('asks at every sign-in who it is, so that one browser can try every role', async () => {
    const client = await startClient()
    await client.signIn('olivia@acme.test')
    const second = await client.begin()
    expect(second.login.html).toContain('Newcomer')
  })

  test('gives a code away for nothing less than its verifier, and once', async () => {
    const client = await startClient()
    const { login } = await client.begin()
    const callback = await client.pick(login, 'olivia@acme.test')
    expect((await client.exchange(callback, 'a'.repeat(43))).status).toBe(400)

    const again = await client.begin()
    const code = await client.pick(again.login, 'olivia@acme.test')
    expect((await client.exchange(code)).status).toBe(200)
    expect((await client.exchange(code)).status).toBe(400)
  })

  test('refuses a request without PKCE, another redirect address and an unknown account', async () => {
    const client = await startClient()
    const withoutPkce = await client.begin({ code_challenge: '', code_challenge_method: '' })
    expect(withoutPkce.callback?.searchParams.get('error')).toBe('invalid_request')
    const elsewhere = await client.begin({ redirect_uri: 'http://localhost:3999/elsewhere' })
    expect(elsewhere.status).toBe(400)
    const { login } = await client.begin()
    const answer = await client.send(login.url, { method: 'POST', body: new URLSearchParams({ account: 'nobody@acme.test' }) })
    expect(answer.status).toBe(400)
  })

  test('answers only as localhost, and an address of a sign-in that is not ours with a sentence', async () => {
    const client = await startClient()
    const stranger = await rawGet(Number(new URL(client.issuer).port), 'attacker.test')
    expect(stranger).toMatch(/^HTTP\/1\.1 421 /)
    const unknown = await fetch(`${client.issuer}/interaction/unknown`)
    expect(unknown.status).toBe(400)
    expect(await unknown.text()).toContain('has expired')
  })

  test('says which port is in use', async () => {
    provider = await start()
    const port = Number(new URL(provider.issuer).port)
    await expect(start(port)).rejects.toThrow(`Port ${port} is in use`)
  })
})

function start(port = 0) {
  return startProvider({ port, accounts: people, clientId: 'outlay', clientSecret: 'secret', redirectUris: [redirectUri] })
}

/** A relying party and its browser in one: enough of both to walk through a sign-in. */
async function startClient() {
  const started = await start()
  provider = started
  const discovery = Discovery.parse(await (await fetch(`${started.issuer}/.well-known/openid-configuration`)).json())
  expect(discovery.code_challenge_methods_supported).toEqual(['S256'])
  const verifier = randomBytes(32).toString('base64url')
  const state = randomBytes(16).toString('hex')
  const nonce = randomBytes(16).toString('hex')
  const jar = new Map<string, string>()

  async function send(url: string, init: RequestInit = {}) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } })
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
    return answer
  }

  /** Follows redirects until a page is shown, or until they lead back to the product. */
  async function follow(url: string, init?: RequestInit) {
    let target = url
    let answer = await send(target, init)
    while (answer.status === 302 || answer.status === 303) {
      target = new URL(answer.headers.get('location') ?? '', target).href
      if (target.startsWith(redirectUri)) return { status: answer.status, url: target, html: '', callback: new URL(target) }
      answer = await send(target)
    }
    return { status: answer.status, url: target, html: await answer.text(), callback: null }
  }

  async function begin(changes: Record<string, string> = {}) {
    const url = new URL(discovery.authorization_endpoint)
    const parameters = {
      client_id: 'outlay',
      response_type: 'code',
      scope: 'openid email profile',
      redirect_uri: redirectUri,
      state,
      nonce,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...changes,
    }
    for (const [name, value] of Object.entries(parameters)) if (value) url.searchParams.set(name, value)
    const end = await follow(url.href)
    return { login: { url: end.url, html: end.html }, status: end.status, callback: end.callback }
  }

  async function pick(login: { url: string }, account: string) {
    const end = await follow(login.url, { method: 'POST', body: new URLSearchParams({ account }) })
    if (!end.callback) throw new Error(`The sign-in ended at ${end.url} with status ${end.status}.`)
    return end.callback
  }

  function exchange(callback: URL, codeVerifier = verifier) {
    return fetch(discovery.token_endpoint, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from('outlay:secret').toString('base64')}` },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: callback.searchParams.get('code') ?? '',
        redirect_uri: redirectUri,
        code_verifier: codeVerifier,
      }),
    })
  }

  /** The claims of an id token whose signature holds against the published keys. */
  async function claimsOf(idToken: string) {
    const { keys } = Keys.parse(await (await fetch(discovery.jwks_uri)).json())
    const [header = '', payload = '', signature = ''] = idToken.split('.')
    const { kid } = z.object({ kid: z.string() }).parse(JSON.parse(Buffer.from(header, 'base64url').toString()))
    const key = createPublicKey({ key: keys.find((candidate) => candidate.kid === kid) ?? {}, format: 'jwk' })
    const signed = Buffer.from(`${header}.${payload}`)
    expect(verify('sha256', signed, key, Buffer.from(signature, 'base64url'))).toBe(true)
    return z.record(z.string(), z.unknown()).parse(JSON.parse(Buffer.from(payload, 'base64url').toString()))
  }

  async function signIn(account: string) {
    const { login } = await begin()
    const answer = await exchange(await pick(login, account))
    return claimsOf(Tokens.parse(await answer.json()).id_token)
  }

  return { issuer: started.issuer, state, nonce, send, begin, pick, exchange, claimsOf, signIn }
}

/** A GET with a Host header of our choice, which fetch would not send. */
function rawGet(port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`))
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    socket.on('end', () => resolve(text)).on('error', reject)
  })
}
