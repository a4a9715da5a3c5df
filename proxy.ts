import { randomBytes } from 'node:crypto'
import { NextResponse, type NextRequest } from 'next/server'
import { env } from '@/lib/env'

/** A year, for the one site that this installation is: other hosts of its domain are not ours to decide on. */
const strictTransport = 'max-age=31536000'

/**
 * Adds the security headers to every page, and nothing else. Who may see what is decided by each page, action and route
 * for itself: without this file, pages lose headers and no one gains anything.
 */
export function proxy(request: NextRequest): NextResponse {
  const nonce = randomBytes(16).toString('base64')
  const policy = contentSecurityPolicy(nonce)
  // Next reads the nonce from the policy of the request, and puts it on the scripts that it writes into the page.
  const headers = new Headers(request.headers)
  headers.set('content-security-policy', policy)
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('content-security-policy', policy)
  response.headers.set('x-content-type-options', 'nosniff')
  response.headers.set('x-frame-options', 'DENY')
  response.headers.set('referrer-policy', 'same-origin')
  response.headers.set('permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()')
  response.headers.set('cross-origin-opener-policy', 'same-origin')
  if (env().NEXTAUTH_URL.startsWith('https:')) response.headers.set('strict-transport-security', strictTransport)
  return response
}

/**
 * Pages only. Next buffers a body that passes a proxy and cuts it at a limit, which an ingest route with limits of its own
 * must not meet; and the files below `_next` are the same for everyone.
 */
export const config = { matcher: ['/((?!api/|_next/static/|_next/image).*)'] }

/**
 * Scripts run with this response's nonce, or when loaded by one that did; injected ones don't. Every page is rendered per
 * request (the root layout reads a cookie), so a nonce breaks no static page. Styles are allowed inline because charts and
 * share bars size themselves with style attributes, which a nonce can't cover.
 */
function contentSecurityPolicy(nonce: string): string {
  const isDevelopment = env().NODE_ENV === 'development'
  const { OIDC_ISSUER } = env()
  return [
    "default-src 'self'",
    // React evaluates code in development only, to show stacks of the server.
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${isDevelopment ? " 'unsafe-eval'" : ''}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${isDevelopment ? ' ws:' : ''}`,
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    // Chrome holds a form's redirects to this list as well, and the sign-in form is led to the provider, which may lead on to another.
    `form-action 'self' https: ${new URL(OIDC_ISSUER).origin}`,
  ].join('; ')
}
