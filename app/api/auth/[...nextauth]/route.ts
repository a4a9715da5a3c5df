import { cookies } from 'next/headers'
import { NextRequest } from 'next/server'
import NextAuth from 'next-auth'
import { env } from '@/lib/env'
import { cookieNames, optionsFor } from '@/lib/http/session'
import { contextOf } from '@/lib/http/context'
import { AppError, assert } from '@/lib/errors'
import { signInProblems } from '@/lib/identity/account'
import { signInUser } from '@/lib/identity/commands'
import { IdTokenClaims } from '@/lib/identity/input'

type RouteContext = { params: Promise<{ nextauth: string[] }> }

/** What of next-auth is open, with the parameters that each takes; the rest of it nobody here uses. */
const actions: Readonly<Record<string, readonly string[]>> = {
  signin: ['callbackUrl', 'error', 'login_hint'],
  callback: ['code', 'state', 'iss', 'session_state', 'error', 'error_description'],
  signout: [],
  error: ['error'],
  csrf: [],
}

const formBytesMax = 16_384

async function authenticate(request: NextRequest, context: RouteContext): Promise<Response> {
  const { nextauth } = await context.params
  const [action = ''] = nextauth
  if (!Object.hasOwn(actions, action)) return refuse(404, 'There is nothing here.')
  const body = request.method === 'POST' ? await readForm(request) : null
  if (body instanceof Response) return body
  await forgetBrokenCallback()
  const options = optionsFor(async (profile) => {
    const claims = IdTokenClaims.safeParse(profile)
    if (!claims.success) throw new AppError('invalid', signInProblems.invalid)
    return signInUser(contextOf(request.headers), claims.data, { trustsUnstated: env().OIDC_TRUST_EMAIL })
  })
  const answer: unknown = await NextAuth(withKnownParameters(request, actions[action] ?? [], body), context, options)
  assert(answer instanceof Response, 'next-auth answers a route with a response')
  return answer
}

/** next-auth answers 500 to a callback address that is none, be it in the query or in its own cookie: neither reaches it. */
async function forgetBrokenCallback(): Promise<void> {
  const jar = await cookies()
  const name = cookieNames().callbackUrl
  const value = jar.get(name)?.value
  if (value !== undefined && !isOwnAddress(value)) jar.delete(name)
}

function withKnownParameters(request: NextRequest, names: readonly string[], body: string | null): NextRequest {
  const url = new URL(request.url)
  const known = [...url.searchParams].filter(
    ([name, value]) => names.includes(name) && (name !== 'callbackUrl' || isOwnAddress(value)),
  )
  url.search = new URLSearchParams(known).toString()
  return new NextRequest(url, { method: request.method, headers: request.headers, ...(body === null ? {} : { body }) })
}

/** A path, or a whole address of this site: the two forms that next-auth can read. */
function isOwnAddress(value: string): boolean {
  const base = env().NEXTAUTH_URL
  const context = value.startsWith('/') ? base : undefined
  return URL.canParse(value, context) && new URL(value, context).origin === new URL(base).origin
}

/** The posted form as text, or the answer to who posts anything else. */
async function readForm(request: NextRequest): Promise<string | Response> {
  const isForm = request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded')
  if (!isForm) return refuse(415, 'Send a form.')
  const tooLarge = refuse(413, 'The form is larger than any that Outlay has.')
  if (Number(request.headers.get('content-length') ?? 0) > formBytesMax) return tooLarge
  const chunks: Uint8Array[] = []
  let byteCount = 0
  for await (const chunk of request.body ?? []) {
    byteCount += chunk.length
    if (byteCount > formBytesMax) return tooLarge
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function refuse(status: number, sentence: string): Response {
  return new Response(`${sentence}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } })
}

export { authenticate as GET, authenticate as POST }
