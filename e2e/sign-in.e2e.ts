import { randomBytes } from 'node:crypto'
import AxeBuilder from '@axe-core/playwright'
import { expect, test, type BrowserContext, type Page } from '@playwright/test'
import { openDatabase } from '@/db/client'
import { systemScope } from '@/lib/access/scope'
import type { Context } from '@/lib/access/scope'
import { ensureUser } from '@/lib/identity/commands'
import { addMember, issueOwnerLink, removeMember } from '@/lib/members/commands'
import { createOrganization } from '@/lib/organizations/commands'
import { emailOf, readManifest, signInWith, strangerEmail } from './sign-in'

const slug = readManifest().organizations[0]?.slug ?? ''
const sessionCookie = 'next-auth.session-token'
const problem = (page: Page) => page.getByRole('main').getByRole('alert')

/** Runs a test's preparation on the server's own database, in an organization that only this test has. */
async function inOwnOrganization<T>(prepare: (own: { context: Context; slug: string }) => Promise<T>): Promise<T> {
  const { db, close } = openDatabase(readManifest().databaseUrl, { max: 1, name: 'outlay e2e' })
  const context = { db, now: new Date(), origin: null }
  const own = `e2e-${randomBytes(6).toString('hex')}`
  try {
    await createOrganization(context, { slug: own, name: `Zz ${own}`, timeZone: 'UTC', operator: 'e2e' })
    return await prepare({ context, slug: own })
  } finally {
    await close()
  }
}

/** Every complaint of the browser about the page's own content security policy, from now on. */
function watchPolicy(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) complaints.push(message.text())
  })
  return complaints
}

/** What Next's client router gets for a path, with the header that once let requests skip what stood in front. */
async function fetchAsRouter(page: Page, path: string, headers: Record<string, string>): Promise<string> {
  const answer = await page.request.get(path, { headers: { ...headers, 'x-middleware-subrequest': 'proxy:proxy:proxy' } })
  return answer.text()
}

async function sessionOf(context: BrowserContext): Promise<string | undefined> {
  return (await context.cookies()).find((cookie) => cookie.name === sessionCookie)?.value
}

test('an owner signs in through the provider and lands in the organization that was asked for', async ({ page, context }) => {
  const complaints = watchPolicy(page)
  await signInWith(page, emailOf(slug, 'owner'), `/${slug}/usage?range=month`)
  await expect(page).toHaveURL(`/${slug}/usage?range=month`)
  await page.waitForLoadState('networkidle')
  const session = (await context.cookies()).find((cookie) => cookie.name === sessionCookie)
  expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax' })
  await page.goto('/sign-in')
  await expect(page).not.toHaveURL(/sign-in/)
  expect(complaints).toEqual([])
})

test('signing in and out works without a script', async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  await signInWith(page, strangerEmail)
  await expect(page.getByRole('heading', { name: 'You are in no organization yet' })).toBeVisible()
  await expect(page.getByText(strangerEmail)).toBeVisible()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(/\/sign-in$/)
  expect(await sessionOf(context)).toBeUndefined()
  await page.goto(`/${slug}/usage`)
  await expect(page).toHaveURL(/\/sign-in\?/)
  await context.close()
})

test('who has a session but no longer the form’s cookie is asked once before signing out', async ({ page, context }) => {
  await signInWith(page, strangerEmail)
  await context.clearCookies({ name: 'next-auth.csrf-token' })
  await page.reload()
  // The form as it was rendered without a token, as a site that wants to sign people out would post it.
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page.getByRole('heading', { name: 'Sign out of Outlay?' })).toBeVisible()
  expect(await sessionOf(context)).toBeDefined()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(/\/sign-in$/)
  expect(await sessionOf(context)).toBeUndefined()
})

test('to a stranger an organization and one that isn’t there are the same, also in what the client router fetches', async ({
  page,
}) => {
  const name = readManifest().organizations[0]?.name ?? ''
  await signInWith(page, strangerEmail)
  for (const path of [`/${slug}/usage`, `/${slug}`, `/${slug}/me`, '/no-such-organization/usage']) {
    const shown = await page.goto(path)
    expect([path, shown?.status()]).toEqual([path, 404])
    expect(await page.content()).not.toContain(name)
    // The router's own requests are answered 200 by Next; what they carry is the same refusal, or the bare tree of the route.
    const fetched = await fetchAsRouter(page, path, { rsc: '1' })
    expect([path, fetched]).toEqual([path, expect.stringContaining(';404')])
    const prefetched = await fetchAsRouter(page, path, { rsc: '1', 'next-router-prefetch': '1' })
    const segment = await fetchAsRouter(page, path, { rsc: '1', 'next-router-segment-prefetch': '/_tree' })
    for (const text of [fetched, prefetched, segment]) expect(text).not.toContain(name)
  }
})

test('a removed member is out at their next request', async ({ page }) => {
  const email = emailOf(slug, 'member')
  const own = await inOwnOrganization(async ({ context, slug: ownSlug }) => {
    const scope = await systemScope<'members:manage'>(context, ownSlug, 'e2e')
    const { userId } = await ensureUser(context, { email, name: null })
    await addMember(scope, { userId, role: 'member' })
    return { slug: ownSlug, userId }
  })
  await signInWith(page, email, `/${own.slug}/usage`)
  expect((await page.goto(`/${own.slug}/usage`))?.status()).toBe(200)

  const { db, close } = openDatabase(readManifest().databaseUrl, { max: 1, name: 'outlay e2e' })
  const scope = await systemScope<'members:manage'>({ db, now: new Date(), origin: null }, own.slug, 'e2e')
  await removeMember(scope, { userId: own.userId })
  await close()

  expect((await page.goto(`/${own.slug}/usage`))?.status()).toBe(404)
  expect((await page.goto(`/${slug}/usage`))?.status()).toBe(200)
})

test('an owner link makes whoever signs in with it an owner, once', async ({ page, browser }) => {
  const { path, own } = await inOwnOrganization(async ({ context, slug: ownSlug }) => {
    const { token } = await issueOwnerLink(await systemScope<'owners:manage'>(context, ownSlug, 'e2e'), { email: null })
    return { path: `/join/${ownSlug}/${token}`, own: ownSlug }
  })
  await signInWith(page, emailOf(slug, 'admin'), path)
  await expect(page).toHaveURL(path)
  await page.getByRole('button', { name: 'Join' }).click()
  await expect(page).toHaveURL(`/${own}`)

  const other = await (await browser.newContext({ javaScriptEnabled: false })).newPage()
  await signInWith(other, emailOf(slug, 'billing'), path)
  await other.getByRole('button', { name: 'Join' }).click()
  await expect(problem(other)).toContainText('This link was already used.')
  expect((await other.goto(`/${own}/usage`))?.status()).toBe(404)
  await other.context().close()
})

test('a link for another address, an older one and an invented one say so and let nobody in', async ({ page }) => {
  const links = await inOwnOrganization(async ({ context, slug: ownSlug }) => {
    const scope = await systemScope<'owners:manage'>(context, ownSlug, 'e2e')
    const older = await issueOwnerLink(scope, { email: null })
    const bound = await issueOwnerLink(scope, { email: 'somebody.else@example.com' })
    return [
      { path: `/join/${ownSlug}/${older.token}`, sentence: 'A newer link replaced this one.' },
      { path: `/join/${ownSlug}/${bound.token}`, sentence: 'This link is for another e-mail address.' },
      { path: `/join/${ownSlug}/invented`, sentence: 'This link is not valid.' },
      { path: '/join/no-such-organization/invented', sentence: 'This link is not valid.' },
    ]
  })
  await signInWith(page, strangerEmail)
  for (const { path, sentence } of links) {
    await page.goto(path)
    await page.getByRole('button', { name: 'Join' }).click()
    await expect(problem(page)).toContainText(sentence)
  }
  await page.goto('/')
  await expect(page.getByRole('heading', { name: 'You are in no organization yet' })).toBeVisible()
})

test('a callback that this browser did not ask for signs nobody in', async ({ page, context }) => {
  await page.goto('/sign-in')
  await page.getByRole('button', { name: /^Continue with/ }).click()
  await expect(page.getByRole('heading', { name: 'Who are you today?' })).toBeVisible()
  for (const name of ['state', 'nonce', 'pkce.code_verifier']) await context.clearCookies({ name: `next-auth.${name}` })
  await page.getByRole('button', { name: strangerEmail }).click()
  await expect(problem(page)).toContainText('The sign-in was not completed')
  expect(await sessionOf(context)).toBeUndefined()
})

test('an address of another site is no place to go after signing in', async ({ page }) => {
  for (const elsewhere of ['https://attacker.example/', '//attacker.example', '/\\attacker.example', 'javascript:alert(1)']) {
    await page.context().clearCookies()
    await signInWith(page, strangerEmail, `/sign-in?callbackUrl=${encodeURIComponent(elsewhere)}`)
    await expect(page).toHaveURL('/')
  }
})

test('whatever is wrong with cookies and headers, nobody is signed in and nothing breaks', async ({ playwright }) => {
  const values = [
    '%',
    '%E0%A4%A',
    '%00',
    'x',
    'a.b.c.d.e',
    'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAA.AAAA.AAAA',
    '|',
    '[]',
    '"',
  ]
  const headers = ['Bearer %', 'Bearer', 'Bearer  ', 'Bearer %E0%A4%A', 'Basic %', 'bearer \u00ff', 'Bearer eyJ..']
  const paths = [
    '/',
    `/${slug}/usage`,
    '/sign-in',
    '/sign-out',
    '/join/a/b',
    '/api/auth/signin',
    '/api/auth/signout',
    '/api/auth/csrf',
  ]
  const client = await playwright.request.newContext({ baseURL: readManifest().address })
  let requestCount = 0
  for (const path of paths) {
    for (const [index, value] of values.entries()) {
      const cookie = ['session-token', 'session-token.0', 'csrf-token', 'callback-url'].map(
        (name) => `next-auth.${name}=${value}`,
      )
      const authorization = headers[index % headers.length] ?? ''
      const answer = await client.get(path, { headers: { cookie: cookie.join('; '), authorization }, maxRedirects: 0 })
      expect([path, value, authorization, answer.status()]).toEqual([path, value, authorization, expect.any(Number)])
      expect(answer.status()).toBeLessThan(400)
      if (path === `/${slug}/usage`) expect(answer.headers()['location']).toContain('/sign-in')
      requestCount += 1
    }
  }
  for (let count = 0; count < 100; count++) {
    const answer = await client.get(`/${slug}/usage`, { headers: { authorization: 'Bearer %' }, maxRedirects: 0 })
    expect(answer.status()).toBe(307)
    requestCount += 1
  }
  expect(requestCount).toBe(172)
  await client.dispose()
})

test('next-auth’s unused doors are closed, and its open ones refuse what is no form of ours', async ({ request }) => {
  for (const action of ['session', 'providers', '_log', 'verify-request', '__proto__']) {
    expect([action, (await request.get(`/api/auth/${action}`)).status()]).toEqual([action, 404])
  }
  expect((await request.post('/api/auth/_log', { form: { code: 'x', level: 'error' } })).status()).toBe(404)
  expect((await request.post('/api/auth/signin/oidc', { data: { csrfToken: 'x' } })).status()).toBe(415)
  expect((await request.post('/api/auth/signin/oidc', { form: { csrfToken: 'x'.repeat(20_000) } })).status()).toBe(413)
  const forged = await request.post('/api/auth/signin/oidc', { form: { csrfToken: 'x' }, maxRedirects: 0 })
  expect(forged.headers()['location']).toContain('/api/auth/signin?csrf=true')
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing on the pages for coming in and leaving, in the ${colorScheme} theme and on a phone`, async ({
    browser,
  }) => {
    const context = await browser.newContext({ colorScheme, viewport: { width: 375, height: 720 } })
    const page = await context.newPage()
    const inspect = async () => {
      const { violations } = await new AxeBuilder({ page }).analyze()
      expect([page.url(), violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])]).toEqual([page.url(), []])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(375)
    }
    await page.goto('/sign-in?error=conflict')
    await inspect()
    await page.getByRole('button', { name: /^Continue with/ }).click()
    await inspect()
    await page.getByRole('button', { name: strangerEmail }).click()
    await expect(page.getByRole('heading', { name: 'You are in no organization yet' })).toBeVisible()
    await inspect()
    await page.goto('/sign-out')
    await inspect()
    await page.goto('/join/no-such-organization/invented')
    await page.getByRole('button', { name: 'Join' }).click()
    await expect(problem(page)).toBeVisible()
    await inspect()
    await context.close()
  })
}
