import { expect, test, type APIRequestContext, type Page } from '@playwright/test'
import { addDays } from '@/lib/time'
import { addUp, readStored, rollUpNow } from './events'
import { emailOf, signInWith } from './sign-in'
import { readCards } from './usage-page'

test.describe.configure({ timeout: 90_000 })

const slug = 'saffron-kite'
const me = `/${slug}/me`
const newKey = (page: Page) => page.getByRole('textbox', { name: 'New key' })
const create = (page: Page) => page.getByRole('button', { name: 'Create key' })
const shownKey = (page: Page) => page.getByRole('status', { name: 'New key' })
const rowOf = (page: Page, name: string) => page.getByRole('listitem').filter({ has: page.getByText(name), hasText: 'Created' })

/** Sends one event that is good and one whose count is no count. */
function sendTwo(request: APIRequestContext, { key, id, atMs }: { key: string; id: string; atMs: number }) {
  const event = { id, occurredAt: atMs, model: 'claude-sonnet-4-5', uncachedInputTokens: 900, outputTokens: 100 }
  return request.post('/api/v1/usage-events', {
    headers: { authorization: `Bearer ${key}` },
    data: [
      { ...event, costUsd: '0.0123' },
      { ...event, id: `${id}-bad`, outputTokens: -5 },
    ],
  })
}

test('a member makes a key that is shown once, sends with it, sees what was refused and why, and ends it', async ({
  page,
  request,
}) => {
  const email = emailOf(slug, 'member')
  const name = `Laptop ${Date.now()}`
  await signInWith(page, email, `${me}?range=week`)
  const before = await readCards(page)

  await newKey(page).fill(name)
  await create(page).click()
  await expect(shownKey(page)).toContainText(name)
  const key = (await shownKey(page).locator('code').innerText()).trim()
  expect(key.length).toBeGreaterThan(20)
  await expect(rowOf(page, name)).toContainText('Never used')
  await page.reload()
  await expect(rowOf(page, name)).toBeVisible()
  await expect(shownKey(page)).toHaveCount(0)
  expect(await page.content()).not.toContain(key)

  const atMs = Date.now() - 1_000
  const id = `e2e-keys-${atMs}`
  for (const counts of [
    { stored: 1, duplicates: 0, rejected: 1 },
    { stored: 0, duplicates: 1, rejected: 1 },
  ]) {
    const response = await sendTwo(request, { key, id, atMs })
    expect(response.status()).toBe(200)
    expect(await response.json()).toMatchObject({
      ...counts,
      verdicts: [{ index: 0 }, { index: 1, status: 'rejected', message: expect.stringContaining('outputTokens') }],
    })
  }
  await rollUpNow()
  await page.reload()
  await expect(rowOf(page, name)).toContainText('2\u00a0records refused in 30 days')
  await expect(rowOf(page, name)).toContainText('outputTokens')
  await expect(rowOf(page, name)).toContainText('Last used just now')
  const after = await readCards(page)
  expect(after.requests - before.requests).toBe(1)
  expect(after.tokens - before.tokens).toBe(1_000)
  expect(after.spendNanos - before.spendNanos).toBe(12_300_000n)
  const { today, requests } = await readStored(slug)
  const own = requests.filter((stored) => stored.email === email && stored.day >= addDays(today, -6) && stored.day <= today)
  expect(after.requests).toBe(addUp(own).requests)

  await page
    .locator('summary')
    .filter({ hasText: `Revoke ${name}` })
    .click()
  await page.getByRole('button', { name: 'Revoke key' }).filter({ visible: true }).click()
  await expect(rowOf(page, name)).toHaveCount(0)
  const refused = await sendTwo(request, { key, id: `${id}-late`, atMs })
  expect(refused.status()).toBe(401)
  expect(await refused.json()).toMatchObject({ status: 401, message: expect.stringMatching(/^[A-Z].* .*\.$/) })
  await page.reload()
  await expect(rowOf(page, name)).toHaveCount(0)
  expect((await readCards(page)).requests).toBe(after.requests)
})

for (const javaScriptEnabled of [true, false]) {
  test(`a name that is no name makes no key, says why, and stays in its field, ${javaScriptEnabled ? 'with' : 'without'} a script`, async ({
    browser,
  }) => {
    const context = await browser.newContext({ javaScriptEnabled })
    const page = await context.newPage()
    await signInWith(page, emailOf(slug, 'billing'), me)
    const long = 'x'.repeat(101)
    // The browser lets nobody type so much; what posts the form by itself may.
    await newKey(page).evaluate((field) => field.removeAttribute('maxlength'))
    await newKey(page).fill(long)
    await create(page).click()
    await expect(newKey(page)).toHaveAccessibleDescription('Give the key a name of at most 100 characters.')
    await expect(newKey(page)).toHaveAttribute('aria-invalid', 'true')
    await expect(newKey(page)).toHaveValue(long)
    await newKey(page).fill('   ')
    await create(page).click()
    await expect(newKey(page)).toHaveAccessibleDescription('Give the key a name, such as the machine it is for.')
    await expect(shownKey(page)).toHaveCount(0)

    const name = `Second try ${javaScriptEnabled ? 'with' : 'without'} a script`
    await newKey(page).fill(name)
    await create(page).click()
    await expect(shownKey(page)).toContainText(name)
    await expect(newKey(page)).toHaveValue('')
    await context.close()
  })
}
