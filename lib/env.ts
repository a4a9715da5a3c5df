import { z } from 'zod'

/**
 * Everything that an installation decides outside the database. `.env.example` explains each variable; names are the
 * variables' own, so that an error, the file and the code say the same word.
 */
export const Environment = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),

  DATABASE_URL: z.url({
    protocol: /^postgres(ql)?$/,
    error: (issue) => explain(issue.input, 'must be an address like postgres://user:password@host:5432/outlay'),
  }),
  DATABASE_POOL_MAX: wholeNumber({ min: 1, max: 500 }).default(10),

  NEXTAUTH_URL: z.url({
    protocol: /^https?$/,
    error: (issue) => explain(issue.input, 'must be the address at which people open Outlay, like https://outlay.example.com'),
  }),
  NEXTAUTH_SECRET: secret(),

  OIDC_ISSUER: z.url({
    protocol: /^https?$/,
    error: (issue) => explain(issue.input, 'must be the issuer address of your OpenID provider, like https://login.example.com'),
  }),
  OIDC_CLIENT_ID: z
    .string({ error: (issue) => explain(issue.input, 'must be the name of the client that you registered there') })
    .min(1, 'must not be empty'),
  OIDC_CLIENT_SECRET: z
    .string({ error: (issue) => explain(issue.input, 'must be the secret of that client') })
    .min(1, 'must not be empty'),
  OIDC_NAME: z.string().min(1).max(40, 'must have at most 40 characters').default('Single sign-on'),
  /** Whether an e-mail counts as verified where the provider says nothing about that; a denial is never overruled. */
  OIDC_TRUST_EMAIL: z
    .enum(['true', 'false'], 'must be true or false')
    .default('false')
    .transform((text) => text === 'true'),
  OPERATOR_EMAILS: emailList().default([]),

  CRON_SECRET: secret().optional(),
  /** In production the server calls its own cron routes unless it is told not to. */
  SCHEDULER: z.enum(['on', 'off'], 'must be on or off').optional(),

  PORT: wholeNumber({ min: 1, max: 65_535 }).default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'must be one of fatal, error, warn, info, debug, trace, silent',
    )
    .default('info'),
})
export type Environment = z.infer<typeof Environment>

/** Some variable is missing or wrong; the message names each, a line per variable. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError'
}

/** Reads the variables of `source`; an empty one counts as missing, as `NAME=` in a file means it. */
export function parseEnvironment(source: Readonly<Record<string, string | undefined>>): Environment {
  const present = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ''))
  const result = Environment.safeParse(present)
  if (result.success) return result.data
  const lines = result.error.issues.map((issue) => `  ${issue.path.join('.')} ${issue.message}`)
  throw new EnvironmentError(
    ['The environment is not complete. Set these variables (.env.example explains them):', ...lines].join('\n'),
  )
}

let parsed: Environment | undefined

/** The environment, parsed at the first call, so that a build needs none of it. */
export function env(): Environment {
  parsed ??= parseEnvironment(process.env)
  return parsed
}

/** Gives this process a CRON_SECRET where nobody has set one: then only its own scheduler knows it. */
export function ensureCronSecret(secret: string): void {
  process.env.CRON_SECRET ||= secret
  forgetEnvironment()
}

/** Forgets what was parsed, so that the next call reads the variables anew. */
export function forgetEnvironment(): void {
  parsed = undefined
}

/** Says *missing* where nothing stood, and otherwise what it must be. Never repeats the value: it may be a secret. */
function explain(input: unknown, rule: string): string {
  return input === undefined ? `is missing: it ${rule}` : rule
}

function wholeNumber(range: { min: number; max: number }) {
  const rule = `must be a whole number from ${range.min} to ${range.max}`
  return z
    .string()
    .regex(/^\d{1,9}$/, rule)
    .transform(Number)
    .pipe(z.number().min(range.min, rule).max(range.max, rule))
}

function secret() {
  const rule = 'must be at least 32 random characters, as `openssl rand -base64 32` prints them'
  return z.string({ error: (issue) => explain(issue.input, rule) }).min(32, rule)
}

function emailList() {
  return z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((address) => address.trim().toLowerCase())
        .filter((address) => address !== ''),
    )
    .pipe(z.array(z.email('must be e-mail addresses, separated by commas')))
}
