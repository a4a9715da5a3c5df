import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Environment, EnvironmentError, parseEnvironment } from './env'

const complete = {
  DATABASE_URL: 'postgres://outlay:pass@localhost:5432/outlay',
  NEXTAUTH_URL: 'https://outlay.example.com',
  NEXTAUTH_SECRET: 'a'.repeat(32),
  OIDC_ISSUER: 'https://login.example.com/realms/acme',
  OIDC_CLIENT_ID: 'outlay',
  OIDC_CLIENT_SECRET: 'client-secret',
}

function messageOf(source: Record<string, string>): string {
  try {
    parseEnvironment(source)
  } catch (error) {
    if (error instanceof EnvironmentError) return error.message
    throw error
  }
  throw new Error('It was accepted')
}

describe('the environment', () => {
  test('a complete one is parsed, with defaults for the rest', () => {
    expect(parseEnvironment(complete)).toEqual({
      ...complete,
      NODE_ENV: 'development',
      DATABASE_POOL_MAX: 10,
      OIDC_NAME: 'Single sign-on',
      OIDC_TRUST_EMAIL: false,
      OPERATOR_EMAILS: [],
      PORT: 3000,
      HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
    })
  })

  test('every missing variable is named, each on its line', () => {
    const message = messageOf({})
    for (const name of Object.keys(complete)) expect(message).toMatch(new RegExp(`^  ${name} is missing`, 'm'))
  })

  test('an empty variable counts as missing', () => {
    expect(messageOf({ ...complete, OIDC_ISSUER: '' })).toContain('OIDC_ISSUER is missing')
    expect(parseEnvironment({ ...complete, PORT: '' }).PORT).toBe(3000)
  })

  test.each([
    ['DATABASE_URL', 'mysql://localhost/outlay'],
    ['DATABASE_POOL_MAX', '0'],
    ['DATABASE_POOL_MAX', '1.5'],
    ['NEXTAUTH_URL', 'outlay.example.com'],
    ['NEXTAUTH_SECRET', 'too-short'],
    ['OIDC_ISSUER', 'ftp://login.example.com'],
    ['OPERATOR_EMAILS', 'ann@example.com, not-an-address'],
    ['CRON_SECRET', 'short'],
    ['SCHEDULER', 'yes'],
    ['PORT', '70000'],
    ['PORT', '-1'],
    ['PORT', '3e3'],
    ['LOG_LEVEL', 'loud'],
  ])('a wrong %s is named, and its value is not repeated', (name, value) => {
    const message = messageOf({ ...complete, [name]: value })
    expect(message).toMatch(new RegExp(`^  ${name}\\b.* must be`, 'm'))
    expect(message.split('\n')).toHaveLength(2)
    if (name.endsWith('SECRET')) expect(message).not.toContain(value)
  })

  test('operators are a list, compared in lower case', () => {
    const { OPERATOR_EMAILS } = parseEnvironment({ ...complete, OPERATOR_EMAILS: ' Ann@Example.com ,bo@example.com,' })
    expect(OPERATOR_EMAILS).toEqual(['ann@example.com', 'bo@example.com'])
  })

  test('the example file explains every variable, and only these', () => {
    const text = readFileSync(new URL('../.env.example', import.meta.url), 'utf8')
    const named = new Set([...text.matchAll(/^(?:# )?([A-Z_]+)=/gm)].map((match) => match[1]))
    const known = new Set(Object.keys(Environment.shape).filter((name) => name !== 'NODE_ENV'))
    // Read by compose.yaml, which makes the DATABASE_URL of it.
    known.add('POSTGRES_PASSWORD')
    expect(named).toEqual(known)
  })
})
