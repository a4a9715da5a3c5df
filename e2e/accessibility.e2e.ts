import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { readStored } from './events'
import { emailOf, signInWith, strangerEmail } from './sign-in'

test.describe.configure({ timeout: 180_000 })

const slug = 'quillhaven'

/** Where a screen differs for someone who is in no organization, it is looked at, too. */
const screens = async () => {
  const { requests } = await readStored(slug)
  const { day = '', model = '', project = '' } = requests.findLast((request) => request.isOk && request.project !== '') ?? {}
  return [
    `/${slug}`,
    `/${slug}/usage`,
    `/${slug}/usage?range=all&open=${day}`,
    `/${slug}/usage?range=all&table=model&metric=tokens&before=${nextDay(day)}&open=${day}/${encodeURIComponent(model)}`,
    `/${slug}/usage?range=all&table=project&metric=users&open=${encodeURIComponent(project)}`,
    `/${slug}/usage?range=custom&from=2026-02-30&to=soon&metric=average&mine=1`,
    `/${slug}/usage?range=custom&from=2020-01-01&to=2020-01-02`,
    `/${slug}/me`,
    `/${slug}/connect`,
    '/no-such-organization/usage',
    `/${slug}/no-such-page`,
    '/sign-out',
    `/join/${slug}/invented`,
  ]
}

function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
}

/** What axe and a ruler find wrong with a page as it is now. */
async function inspect(page: Page, label: string): Promise<string[]> {
  const { violations, passes } = await new AxeBuilder({ page }).analyze()
  // A page on which axe had nothing to look at would pass as well.
  expect(passes.length, label).toBeGreaterThan(10)
  const found = violations.map(
    ({ id, help, nodes }) => `${label}: ${id} (${help}) at ${nodes.map(({ html }) => html).join(' | ')}`,
  )
  const { scrollWidth, clientWidth } = await page.evaluate(() => document.documentElement)
  return scrollWidth > clientWidth ? [...found, `${label}: scrolls sideways, ${scrollWidth} in ${clientWidth}`] : found
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [375, 1440]) {
    test(`axe finds nothing on any page, and none scrolls sideways, in the ${colorScheme} theme at ${width} wide`, async ({
      browser,
    }) => {
      // Colors that are on their way to others would be measured in between.
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 }, reducedMotion: 'reduce' })
      const page = await context.newPage()
      await page.goto('/sign-in')
      const isDark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)
      expect(isDark).toBe(colorScheme === 'dark')
      const found = await inspect(page, '/sign-in')
      await signInWith(page, emailOf(slug, 'owner'))
      for (const path of await screens()) {
        await page.goto(path)
        await page.waitForLoadState('networkidle')
        found.push(...(await inspect(page, path)))
      }
      await page.getByRole('button', { name: 'Join' }).click()
      await expect(page.getByRole('main').getByRole('alert')).toBeVisible()
      found.push(...(await inspect(page, 'a link that is not valid')))

      // What a press opens is a part of the page, too.
      await page.goto(`/${slug}/usage`)
      for (const menu of await page.locator('summary').filter({ visible: true }).all()) {
        await menu.click()
        const label = await menu.evaluate((summary) => summary.getAttribute('aria-label') ?? summary.textContent)
        found.push(...(await inspect(page, `opened: ${label}`)))
        await page.keyboard.press('Escape')
        await menu.evaluate((summary) => summary.closest('details')?.removeAttribute('open'))
      }
      expect(found).toEqual([])
      await context.close()
    })
  }
}

test('axe finds nothing for who is in no organization, or sees only themselves', async ({ browser }) => {
  const found: string[] = []
  for (const [email, path] of [
    [strangerEmail, '/'],
    [emailOf(slug, 'member'), `/${slug}/usage`],
  ] as const) {
    const context = await browser.newContext({ viewport: { width: 375, height: 800 } })
    const page = await context.newPage()
    await signInWith(page, email, path)
    found.push(...(await inspect(page, `${path} for ${email}`)))
    await context.close()
  }
  expect(found).toEqual([])
})

test('the keyboard alone skips to the content, opens and closes menus, and shows the chart’s numbers', async ({ page }) => {
  await signInWith(page, emailOf(slug, 'owner'), `/${slug}/usage`)
  await page.reload()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused()
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeInViewport()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main')).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('switch', { name: 'Only my usage' })).toBeFocused()

  const range = page.locator('summary').filter({ hasText: 'Range:' })
  const week = page.getByRole('link', { name: 'Past week', exact: true })
  await page.keyboard.press('Tab')
  await expect(range).toBeFocused()
  await expect(week).toBeHidden()
  // The press that opens it needs no script, the one that closes it does.
  await expect(async () => {
    await page.keyboard.press('Enter')
    await expect(week).toBeVisible({ timeout: 1_000 })
  }).toPass()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Escape')
  await expect(week).toBeHidden()
  await expect(range).toBeFocused()

  const numbers = page.getByRole('table', { name: 'Spend by model, as a table' })
  await expect(numbers).toBeHidden()
  await page.keyboard.press('t')
  await expect(numbers).toBeVisible()
  expect(await numbers.getByRole('row').count()).toBeGreaterThan(1)
  await page.keyboard.press('t')
  await expect(numbers).toBeHidden()

  // A letter that is typed is a letter.
  await page.goto(`/${slug}/me`)
  await page.getByRole('textbox', { name: 'New key' }).pressSequentially('t')
  await expect(page.getByRole('textbox', { name: 'New key' })).toHaveValue('t')
  await expect(page.getByRole('table', { name: 'Spend by model, as a table' })).toBeHidden()
})
