import { NextRequest } from 'next/server'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { forgetEnvironment } from '@/lib/env'
import { config, proxy } from './proxy'

const environment = {
  DATABASE_URL: 'postgres://outlay@localhost/outlay',
  NEXTAUTH_URL: 'http://localhost:3000',
  NEXTAUTH_SECRET: 'a secret of at least 32 characters',
  OIDC_ISSUER: 'http://localhost:3001',
  OIDC_CLIENT_ID: 'outlay',
  OIDC_CLIENT_SECRET: 'secret',
}

function setEnvironment(changes: Record<string, string> = {}) {
  for (const [name, value] of Object.entries({ ...environment, ...changes })) vi.stubEnv(name, value)
  forgetEnvironment()
}

function headersOf(request = new NextRequest('http://localhost:3000/acme/usage')) {
  return proxy(request).headers
}

function directivesOf(headers: Headers) {
  const directives = (headers.get('content-security-policy') ?? '').split('; ')
  return new Map(directives.map((directive) => [directive.split(' ')[0], directive.split(' ').slice(1)]))
}

beforeEach(() => setEnvironment())
afterEach(() => {
  vi.unstubAllEnvs()
  forgetEnvironment()
})

describe('the proxy', () => {
  test('sends the security headers with every page', () => {
    const headers = headersOf()
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('referrer-policy')).toBe('same-origin')
    expect(headers.get('permissions-policy')).toContain('camera=()')
    const policy = directivesOf(headers)
    expect(policy.get('frame-ancestors')).toEqual(["'none'"])
    expect(policy.get('object-src')).toEqual(["'none'"])
    expect(policy.get('base-uri')).toEqual(["'none'"])
    expect(policy.get('form-action')).toContain('http://localhost:3001')
  })

  test('lets scripts run by a nonce of this response only, which the page’s renderer gets too', () => {
    const [first, second] = [headersOf(), headersOf()]
    const sources = directivesOf(first).get('script-src') ?? []
    expect(sources).toEqual(["'self'", expect.stringMatching(/^'nonce-[A-Za-z0-9+/]{22}=='$/), "'strict-dynamic'"])
    expect(directivesOf(second).get('script-src')).not.toEqual(sources)
    expect(first.get('x-middleware-request-content-security-policy')).toBe(first.get('content-security-policy'))
  })

  test('never takes the policy that a request brings', () => {
    const headers = headersOf(
      new NextRequest('http://localhost:3000/', { headers: { 'content-security-policy': "script-src 'nonce-known'" } }),
    )
    expect(headers.get('x-middleware-request-content-security-policy')).not.toContain('known')
  })

  test('asks browsers to insist on TLS exactly where the installation is reached by TLS', () => {
    expect(headersOf().get('strict-transport-security')).toBeNull()
    setEnvironment({ NEXTAUTH_URL: 'https://outlay.example.com', OIDC_ISSUER: 'https://login.example.com' })
    expect(headersOf().get('strict-transport-security')).toBe('max-age=31536000')
  })

  test('lets evaluated code through in development only', () => {
    setEnvironment({ NODE_ENV: 'development' })
    expect(directivesOf(headersOf()).get('script-src')).toContain("'unsafe-eval'")
    setEnvironment({ NODE_ENV: 'production' })
    expect(headersOf().get('content-security-policy')).not.toContain('unsafe-eval')
  })

  test('decides nothing: signed in, forged or anonymous, every request goes on to its page unchanged', () => {
    const requests = [
      new NextRequest('http://localhost:3000/acme/usage'),
      new NextRequest('http://localhost:3000/acme/usage', { headers: { cookie: 'next-auth.session-token=forged' } }),
      new NextRequest('http://localhost:3000/acme/usage', { headers: { 'x-middleware-subrequest': 'proxy:proxy:proxy' } }),
      new NextRequest('http://localhost:3000/acme/usage', { headers: { authorization: 'Bearer %' } }),
      new NextRequest('http://localhost:3000/acme/usage', { method: 'POST', headers: { origin: 'null' } }),
    ]
    for (const request of requests) {
      const response = proxy(request)
      expect(response.status).toBe(200)
      expect(response.headers.get('x-middleware-next')).toBe('1')
      expect(response.headers.get('location')).toBeNull()
      expect(response.headers.get('x-middleware-rewrite')).toBeNull()
      expect(response.headers.get('set-cookie')).toBeNull()
    }
  })

  test('stays out of the way of the API, whose bodies Next would otherwise buffer and cut', () => {
    const matches = (path: string) => config.matcher.some((pattern) => new RegExp(`^${pattern}$`).test(path))
    for (const path of ['/', '/sign-in', '/acme/usage', '/apis', '/acme/api', '/join/acme/token', '/favicon.svg']) {
      expect([path, matches(path)]).toEqual([path, true])
    }
    for (const path of ['/api/otlp/v1/logs', '/api/auth/csrf', '/_next/static/chunks/main.js', '/_next/image']) {
      expect([path, matches(path)]).toEqual([path, false])
    }
  })
})
