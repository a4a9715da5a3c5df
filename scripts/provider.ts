import { generateKeyPair, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import type { Configuration, Provider } from 'oidc-provider'

/** A person who can sign in at the demo's provider. */
export interface ProviderAccount {
  email: string
  name: string
  /** What the login page says about the person, for example "Owner". */
  role?: string
  /** The heading under which the login page lists the person, for example the organization's name. */
  organization?: string
  /** The identifier that the product keys the account on; the e-mail unless a test says otherwise. */
  subject?: string
  /** What the id token says in `email_verified`: true by default, null to leave the claim out. */
  isEmailVerified?: boolean | null
}

/** How to start the provider. Port 0 takes a free one. */
export interface ProviderOptions {
  port: number
  accounts: readonly ProviderAccount[]
  clientId: string
  clientSecret: string
  redirectUris: readonly string[]
}

const formCharactersMax = 4_096
const hourSeconds = 3_600

/**
 * Starts a real OpenID provider on loopback for the demo and the tests: authorization code with PKCE, signed id
 * tokens, discovery. What it lacks is passwords: its login page lists the accounts, and a click signs in. Everything
 * is held in memory and gone when it closes.
 */
export async function startProvider(options: ProviderOptions): Promise<{ issuer: string; close(): Promise<void> }> {
  const server = createServer()
  const port = await listen(server, options.port)
  const issuer = `http://localhost:${port}`
  const accounts = new Map(options.accounts.map((account) => [subjectOf(account), account]))
  const provider = await createProvider(issuer, options, accounts)
  const respond = provider.callback()

  server.on('request', (request, response) => {
    // A page elsewhere on the network could point its own name at loopback; only ours is answered.
    if (request.headers.host !== `localhost:${port}`) return sendPage(response, 421, 'Open this provider as localhost.')
    const [path = '/'] = (request.url ?? '/').split('?')
    if (path === '/') return sendPage(response, 200, 'This is the demo sign-in provider. Start from the product’s sign-in page.')
    if (path.startsWith('/auth')) request.headers.cookie = withoutSession(request.headers.cookie)
    if (!path.startsWith('/interaction/')) return void respond(request, response)
    logIn({ provider, accounts, listed: options.accounts, request, response }).catch(() => {
      if (!response.headersSent) sendPage(response, 400, 'This sign-in has expired. Go back to the product and sign in again.')
    })
  })

  return { issuer, close: () => close(server) }
}

/** Shows the accounts, or signs in as the one that was clicked. */
async function logIn({
  provider,
  accounts,
  listed,
  request,
  response,
}: {
  provider: Provider
  accounts: ReadonlyMap<string, ProviderAccount>
  listed: readonly ProviderAccount[]
  request: IncomingMessage
  response: ServerResponse
}): Promise<void> {
  // Throws when the cookie of this sign-in is missing or doesn't belong to the address.
  const interaction = await provider.interactionDetails(request, response)
  if (request.method !== 'POST') return sendHtml(response, 200, loginPage(listed, interaction.uid))

  const subject = new URLSearchParams(await readForm(request)).get('account') ?? ''
  if (!accounts.has(subject)) return sendPage(response, 400, 'There is no such account. Go back and pick one of the list.')
  await provider.interactionFinished(
    request,
    response,
    { login: { accountId: subject, remember: false } },
    { mergeWithLastSubmission: false },
  )
}

/**
 * The package advises on standard error against memory as a store and against Node 20. Both are meant here, and on
 * the screen of the demo they would read as failures: they are left out while it is loaded and set up.
 */
async function createProvider(
  issuer: string,
  options: ProviderOptions,
  accounts: ReadonlyMap<string, ProviderAccount>,
): Promise<Provider> {
  const { warn } = console
  console.warn = (...words: unknown[]) => {
    if (!String(words[0]).includes('oidc-provider WARNING')) warn(...words)
  }
  try {
    const { Provider, interactionPolicy } = await import('oidc-provider')
    const policy = interactionPolicy.base()
    // Never asks for consent: the product is the only client, and what it asks for is granted.
    policy.remove('consent')
    return new Provider(issuer, {
      ...(await configurationOf(options, accounts)),
      interactions: { policy, url: (_context, interaction) => `/interaction/${interaction.uid}` },
    })
  } finally {
    console.warn = warn
  }
}

async function configurationOf(options: ProviderOptions, accounts: ReadonlyMap<string, ProviderAccount>): Promise<Configuration> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  return {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    clients: [
      {
        client_id: options.clientId,
        client_secret: options.clientSecret,
        redirect_uris: [...options.redirectUris],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    // Like most providers, and unlike the letter of the standard: the claims stand in the id token itself.
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: false } },
    ttl: {
      AccessToken: hourSeconds,
      AuthorizationCode: 60,
      Grant: hourSeconds,
      IdToken: hourSeconds,
      Interaction: hourSeconds,
      Session: hourSeconds,
    },
    findAccount: (_context, subject) => {
      const account = accounts.get(subject)
      return account && { accountId: subject, claims: () => claimsOf(account) }
    },
    loadExistingGrant: async (context) => {
      const { client, account, provider } = context.oidc
      if (!client || !account) return undefined
      const grant = new provider.Grant({ clientId: client.clientId, accountId: account.accountId })
      grant.addOIDCScope('openid email profile')
      await grant.save()
      return grant
    },
    renderError: (context, out) => {
      context.type = 'html'
      context.body = page('Sign-in failed', `<p class="note">${escape(out.error_description ?? out.error)}</p>`)
    },
  }
}

/** The cookies of a browser that has never signed in here: whoever clicks an account may be another person than before. */
function withoutSession(cookies: string | undefined): string {
  const pairs = (cookies ?? '').split(/;\s*/)
  return pairs.filter((pair) => !pair.startsWith('_session')).join('; ')
}

function claimsOf(account: ProviderAccount) {
  const verified = account.isEmailVerified === undefined ? true : account.isEmailVerified
  return {
    sub: subjectOf(account),
    email: account.email,
    name: account.name,
    ...(verified === null ? {} : { email_verified: verified }),
  }
}

function subjectOf(account: ProviderAccount): string {
  return account.subject ?? account.email
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE'
      reject(isTaken ? new Error(`Port ${port} is in use: the demo's sign-in provider can't listen on it.`) : error)
    })
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()))
    server.closeAllConnections()
  })
}

async function readForm(request: IncomingMessage): Promise<string> {
  request.setEncoding('utf8')
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > formCharactersMax) throw new Error('The form is larger than a choice of account can be.')
  }
  return text
}

function loginPage(accounts: readonly ProviderAccount[], uid: string): string {
  const organizations = [...new Set(accounts.map((account) => account.organization ?? ''))]
  const sections = organizations.map((organization) => {
    const rows = accounts.filter((account) => (account.organization ?? '') === organization).map(accountRow)
    return `<section><h2>${escape(organization || 'Elsewhere')}</h2><ul>${rows.join('')}</ul></section>`
  })
  return page(
    'Who are you today?',
    `<p class="note">A demo provider: it really speaks OpenID Connect, but asks for no password.</p>
     <form method="post" action="/interaction/${encodeURIComponent(uid)}">${sections.join('')}</form>`,
  )
}

function accountRow(account: ProviderAccount): string {
  return `<li><button name="account" value="${escape(subjectOf(account))}">
    <span class="mark" aria-hidden="true">${escape(account.name.slice(0, 1))}</span>
    <span class="who"><strong>${escape(account.name)}</strong><span>${escape(account.email)}</span></span>
    ${account.role ? `<span class="role">${escape(account.role)}</span>` : ''}
  </button></li>`
}

function sendPage(response: ServerResponse, status: number, sentence: string): void {
  sendHtml(response, status, page('Demo sign-in', `<p class="note">${escape(sentence)}</p>`))
}

function sendHtml(response: ServerResponse, status: number, html: string): void {
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
    .end(html)
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)} · demo sign-in</title>
<style>${style}</style>
</head>
<body><main><p class="badge">Demo provider</p><h1>${escape(title)}</h1>${body}</main></body>
</html>`
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

const style = `
:root { color-scheme: light dark; --canvas: #fafafa; --raised: #fff; --line: #e7e7ea; --ink: #18181b; --ink-2: #52525b; --accent: #4338ca; --soft: #eef2ff }
@media (prefers-color-scheme: dark) {
  :root { --canvas: #0b0b0d; --raised: #151518; --line: #242429; --ink: #f4f4f5; --ink-2: #b4b4bd; --accent: #a5b4fc; --soft: #1e1b3a }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--canvas); color: var(--ink); font: 14px/1.45 Inter, system-ui, sans-serif }
main { max-width: 440px; margin: 0 auto; padding: 56px 20px }
h1 { margin: 12px 0 4px; font-size: 22px; font-weight: 600; letter-spacing: -.01em }
h2 { margin: 24px 0 8px; font-size: 13px; font-weight: 500; color: var(--ink-2) }
p { margin: 0 }
.note { color: var(--ink-2) }
.badge { display: inline-block; padding: 2px 8px; border-radius: 99px; background: var(--soft); color: var(--accent); font-size: 12px; font-weight: 500 }
form { margin-top: 20px }
ul { margin: 0; padding: 0; list-style: none; border: 1px solid var(--line); border-radius: 10px; background: var(--raised); overflow: hidden }
li + li { border-top: 1px solid var(--line) }
button { display: flex; gap: 12px; align-items: center; width: 100%; padding: 10px 14px; border: 0; background: none; color: inherit; font: inherit; text-align: left; cursor: pointer }
button:hover { background: var(--canvas) }
button:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; border-radius: 10px }
.mark { display: grid; place-items: center; flex: none; width: 30px; height: 30px; border-radius: 50%; background: var(--soft); color: var(--accent); font-weight: 600 }
.who { display: grid; min-width: 0; flex: 1 }
.who strong { font-weight: 500 }
.who span { color: var(--ink-2); font-size: 13px; overflow-wrap: anywhere }
.role { color: var(--ink-2); font-size: 13px; white-space: nowrap }
`
