import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { readStored } from './events'
import { emailOf, signInWith, strangerEmail } from './sign-in'

test.describe.configure({ mode: 'parallel', timeout: 240_000 })

// Recording every page would take longer than looking at it; what is found says where it is.
test.use({ trace: 'off' })

const slug = 'quillhaven'

/** Every page of an organization, each table with an opened row, nothing to show, addresses that are not understood, and nothing there. */
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

const themes = ['light', 'dark'] as const

/** What of a page's looks depends on the theme; everything else that axe looks for is the same in both. */
const colorRules = ['color-contrast', 'link-in-text-block']

/** What axe and a ruler find wrong with a page as it is now: all of it in one theme, its colors in the other, too. */
async function inspect(page: Page, label: string): Promise<string[]> {
  const found: string[] = []
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    // There are no frames here, so that one script can do all of it, several times as fast.
    const axe = new AxeBuilder({ page }).setLegacyMode(true)
    const { violations, passes } = await (colorScheme === 'light' ? axe : axe.withRules(colorRules)).analyze()
    // A page on which axe had nothing to look at would pass as well.
    expect(passes.length, label).toBeGreaterThan(colorScheme === 'light' ? 10 : 0)
    for (const { id, help, nodes } of violations)
      found.push(`${label}, ${colorScheme}: ${id} (${help}) at ${nodes.map(({ html }) => html).join(' | ')}`)
  }
  const { scrollWidth, clientWidth } = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    return { scrollWidth, clientWidth }
  })
  return scrollWidth > clientWidth ? [...found, `${label}: scrolls sideways, ${scrollWidth} in ${clientWidth}`] : found
}

for (const width of [375, 1440]) {
  test(`axe finds nothing on any page in either theme, and none scrolls sideways, at ${width} wide`, async ({ browser }) => {
    const context = await browser.newContext({ viewport: { width, height: 800 } })
    const page = await context.newPage()
    await page.goto('/sign-in')
    const inks = []
    for (const colorScheme of themes) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      inks.push(await page.evaluate(() => getComputedStyle(document.body).color))
    }
    expect(new Set(inks).size).toBe(2)
    const found = await inspect(page, '/sign-in')
    await signInWith(page, emailOf(slug, 'owner'))
    for (const path of await screens()) {
      await page.goto(path)
      found.push(...(await inspect(page, path)))
    }
    await page.getByRole('button', { name: 'Join' }).click()
    await expect(page.getByRole('main').getByRole('alert')).toBeVisible()
    found.push(...(await inspect(page, 'a link that is not valid')))

    // What a press opens is a part of the page, too.
    await page.goto(`/${slug}/usage`)
    await page.waitForLoadState('networkidle')
    for (const menu of await page.locator('summary').filter({ visible: true }).all()) {
      await menu.click()
      const label = await menu.evaluate((summary) => summary.getAttribute('aria-label') ?? summary.textContent)
      found.push(...(await inspect(page, `opened: ${label}`)))
      await menu.evaluate((summary) => summary.closest('details')?.removeAttribute('open'))
    }
    expect(found).toEqual([])
    await context.close()
  })
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
