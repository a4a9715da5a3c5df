import 'server-only'
import { createHash } from 'node:crypto'
import { cookies } from 'next/headers'
import type { AuthOptions } from 'next-auth'
import { decode } from 'next-auth/jwt'
import type { OAuthConfig } from 'next-auth/providers/oauth'
import { cache } from 'react'
import { z } from 'zod'
import { findSignedInUser } from '@/lib/access/user'
import type { SignedInUser } from '@/lib/access/user'
import { env } from '@/lib/env'
import { AppError } from '@/lib/errors'
import { log } from '@/lib/log'
import { requestContext } from './context'

const sessionDays = 7
const daySeconds = 86_400
const providerTimeoutMs = 10_000

/** The path under which next-auth is served. */
const authPath = '/api/auth'

/** The one provider there is until organizations bring their own. */
const providerId = 'oidc'

/** What the session cookie holds: who it is, and nothing that decides what they may do. */
const SessionToken = z.object({ sub: z.uuid() })

/**
 * The person who is signed in, or null. Whatever is wrong with the cookie (forged, expired, of another secret, not even
 * text) is null, and so is a user who is gone. Asked once per page, however often it is called.
 */
export const currentUser = cache(async (): Promise<SignedInUser | null> => {
  const userId = await readSession((await cookies()).get(cookieNames().session)?.value)
  return userId === null ? null : findSignedInUser(await requestContext(), userId)
})

/**
 * The options of next-auth for one request. `signIn` gets the checked claims of the id token and answers the user; an AppError
 * that it throws becomes a sentence on the sign-in page.
 */
export function optionsFor(signIn: (claims: unknown) => Promise<SignedInUser>): AuthOptions {
  // Options live for one request, and so does who it signs in.
  let signedIn: SignedInUser | null = null
  return {
    secret: env().NEXTAUTH_SECRET,
    useSecureCookies: isSecure(),
    providers: providers(),
    session: { strategy: 'jwt', maxAge: sessionDays * daySeconds },
    // `ready` says that next-auth has just set its cookies: who still has none refuses cookies.
    pages: { signIn: '/sign-in?ready=1', signOut: '/sign-out?ready=1', error: '/sign-in' },
    logger: {
      error: (code, metadata) => log.warn({ code, reason: reasonOf(metadata) }, 'A sign-in failed.'),
      warn: (code) => log.debug({ code }, 'next-auth has advice.'),
      // Its debug lines hold tokens.
      debug: () => {},
    },
    callbacks: {
      signIn: async ({ profile }) => {
        try {
          signedIn = await signIn(profile)
          return true
        } catch (error) {
          if (error instanceof AppError) {
            log.info({ code: error.code }, 'A sign-in was refused.')
            return `/sign-in?error=${error.code}`
          }
          log.error({ error }, 'A sign-in broke.')
          return '/sign-in?error=unavailable'
        }
      },
      jwt: ({ token }) => (signedIn ? { sub: signedIn.userId } : { sub: token.sub }),
      redirect: ({ url, baseUrl }) => {
        if (!URL.canParse(url, baseUrl)) return baseUrl
        const target = new URL(url, baseUrl)
        return target.origin === new URL(baseUrl).origin ? target.href : baseUrl
      },
    },
  }
}

/** What a form posts to start a sign-in that ends at `destination`, or null while the browser has no CSRF cookie yet. */
export async function signInForm(destination: string): Promise<{ action: string; fields: Record<string, string> } | null> {
  const csrfToken = await readCsrfToken()
  if (csrfToken === null) return null
  return { action: `${authPath}/signin/${providerId}`, fields: { csrfToken, callbackUrl: destination } }
}

/** What a form posts to sign out. Without a CSRF cookie, next-auth sets one and asks again on the sign-out page. */
export async function signOutForm(): Promise<{ action: string; fields: Record<string, string> }> {
  return {
    action: `${authPath}/signout`,
    fields: { csrfToken: (await readCsrfToken()) ?? '', callbackUrl: '/sign-in' },
  }
}

/** Where next-auth sets its cookies and comes back to the sign-in page. */
export function signInStart(destination: string, error: string | null): string {
  const parameters = new URLSearchParams({ callbackUrl: destination, ...(error === null ? {} : { error }) })
  return `${authPath}/signin?${parameters}`
}

/** Where next-auth sets its cookies and comes back to the sign-out page. */
export const signOutStart = `${authPath}/signout`

/** The names of next-auth's cookies; over https they carry the prefixes that browsers enforce. */
export function cookieNames(): { session: string; csrf: string; callbackUrl: string } {
  const [secure, host] = isSecure() ? ['__Secure-', '__Host-'] : ['', '']
  return {
    session: `${secure}next-auth.session-token`,
    csrf: `${host}next-auth.csrf-token`,
    callbackUrl: `${secure}next-auth.callback-url`,
  }
}

/** A list, because organizations will bring providers of their own. */
function providers(): OAuthConfig<unknown>[] {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME } = env()
  return [
    {
      id: providerId,
      name: OIDC_NAME,
      type: 'oauth',
      wellKnown: `${OIDC_ISSUER.replace(/\/+$/, '')}/.well-known/openid-configuration`,
      clientId: OIDC_CLIENT_ID,
      clientSecret: OIDC_CLIENT_SECRET,
      authorization: { params: { scope: 'openid email profile' } },
      idToken: true,
      checks: ['pkce', 'state', 'nonce'],
      httpOptions: { timeout: providerTimeoutMs },
      // What next-auth wants to know of a profile; who it is for us, `signIn` decides on all of the claims.
      profile: (claims) => ({ id: z.object({ sub: z.string() }).parse(claims).sub }),
    },
  ]
}

/** The user id in a session cookie, or null when it is none of ours. */
async function readSession(cookie: string | undefined): Promise<string | null> {
  if (!cookie) return null
  try {
    const token = await decode({ token: cookie, secret: env().NEXTAUTH_SECRET })
    return SessionToken.parse(token).sub
  } catch {
    return null
  }
}

/** The CSRF token that this browser holds, or null when it has none that next-auth would take. */
async function readCsrfToken(): Promise<string | null> {
  const [token = '', digest] = ((await cookies()).get(cookieNames().csrf)?.value ?? '').split('|')
  const expected = createHash('sha256').update(`${token}${env().NEXTAUTH_SECRET}`).digest('hex')
  return digest === expected ? token : null
}

function isSecure(): boolean {
  return env().NEXTAUTH_URL.startsWith('https:')
}

/** Why next-auth failed, in words without tokens. */
function reasonOf(metadata: unknown): string {
  if (metadata instanceof Error) return metadata.message
  const isWrapped = typeof metadata === 'object' && metadata !== null && 'error' in metadata
  return isWrapped && metadata.error instanceof Error ? metadata.error.message : 'unknown'
}
