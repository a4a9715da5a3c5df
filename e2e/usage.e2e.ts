import { expect, test, type Page } from '@playwright/test'
import { sql } from 'drizzle-orm'
import { formatDay } from '@/components/ui/format'
import { openDatabase } from '@/db/client'
import { addDays } from '@/lib/time'
import { otlpLogsBody, type WireEvent } from '@/lib/testing/wire-events'
import { addUp, countPeople, groupBy, ingestKeyOf, readStored, rollUpNow, type StoredRequest } from './events'
import { emailOf, readManifest, signInWith } from './sign-in'
import { readCards, readRows, tableOf, type ShownCards, type ShownRow } from './usage-page'

// One organization's numbers, which the last test adds to: one test after the other.
test.describe.configure({ mode: 'serial', timeout: 120_000 })

const slug = 'acme-robotics'
const usage = `/${slug}/usage`
const onlyMine = (page: Page) => page.getByRole('switch', { name: 'Only my usage' })
const rangeMenu = (page: Page) => page.locator('summary').filter({ hasText: 'Range:' })
const tab = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Tables' }).getByRole('link', { name, exact: true })

/** The requests of local days, both included. */
function within(requests: readonly StoredRequest[], range: { from: string; to: string }): StoredRequest[] {
  return requests.filter(({ day }) => day >= range.from && day <= range.to)
}

/** The current billing period: the month, in UTC, until today. */
function periodOf(timeZone: string, today: string): { from: string; to: string } {
  const now = new Date()
  const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1))
  return { from: new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(first), to: today }
}

/** What the cards must say of requests. */
function cardsOf(requests: readonly StoredRequest[]): ShownCards {
  const { spendNanos, requests: count, inputTokens, outputTokens } = addUp(requests)
  const priced = requests.filter(({ isOk, isPriced }) => isOk && isPriced)
  const pricedNanos = priced.reduce((sum, { costNanos }) => sum + costNanos, 0n)
  const pricedCount = BigInt(priced.length)
  return {
    spendNanos,
    requests: count,
    averageNanos: pricedCount === 0n ? null : (2n * pricedNanos + pricedCount) / (2n * pricedCount),
    tokens: inputTokens + outputTokens,
    users: countPeople(requests),
  }
}

/** What the rows of a table must say of requests, in an order that doesn't matter. */
function rowsOf(requests: readonly StoredRequest[], labelsOf: (request: StoredRequest) => string[]): ShownRow[] {
  const groups = groupBy(requests, (request) => JSON.stringify(labelsOf(request)))
  return inOrder([...groups].map(([key, group]) => ({ labels: readLabels(key), ...addUp(group), users: countPeople(group) })))
}

function readLabels(key: string): string[] {
  const labels: unknown = JSON.parse(key)
  return Array.isArray(labels) ? labels.map(String) : []
}

/** What the rows of people must say of requests; usage that maps to nobody is one of them. */
function peopleOf(requests: readonly StoredRequest[]): ShownRow[] {
  return rowsOf(requests, ({ name, email }) => (name === null || email === null ? ['Unattributed'] : [`${name} ${email}`])).map(
    (row) => ({
      ...row,
      users: null,
    }),
  )
}

function inOrder(rows: readonly ShownRow[]): ShownRow[] {
  return rows.toSorted((a, b) => (a.labels.join(' ') < b.labels.join(' ') ? -1 : 1))
}

/** A day as the table names it. */
function dayLabel(day: string, today: string): string {
  return day === today ? `${formatDay(day, today)} so far` : formatDay(day, today)
}

/** The rows that are on the page, once the page shows what is asked for. */
async function expectRows(page: Page, name: Parameters<typeof tableOf>[1], expected: readonly ShownRow[]): Promise<void> {
  expect(expected.length).toBeGreaterThan(0)
  await expect.poll(async () => inOrder(await readRows(tableOf(page, name))), { timeout: 30_000 }).toEqual(inOrder(expected))
}

async function expectCards(page: Page, expected: ShownCards): Promise<void> {
  await expect.poll(() => readCards(page), { timeout: 30_000 }).toEqual(expected)
}

/** Everything that a page says in numbers, and which row of it is open. */
async function readPage(page: Page, name: Parameters<typeof tableOf>[1]): Promise<unknown> {
  return {
    cards: await readCards(page),
    rows: await readRows(tableOf(page, name)),
    open: await page.locator('a[aria-expanded=true]').allInnerTexts(),
    isMine: await onlyMine(page).getAttribute('aria-checked'),
    range: await rangeMenu(page).innerText(),
  }
}

test('an owner signs in through the provider and lands in the organization, from where usage is one press away', async ({
  page,
}) => {
  await signInWith(page, emailOf(slug, 'owner'))
  await expect(page).toHaveURL(`/${slug}`)
  await expect(page.getByRole('heading', { level: 1, name: 'Acme Robotics' })).toBeVisible()
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Usage' }).click()
  await expect(page).toHaveURL(usage)
  await expect(page.getByRole('heading', { level: 1, name: 'Usage' })).toBeVisible()
})

test('the cards and the table by day say to the nano-dollar what the stored requests say, and a row opens to its people', async ({
  page,
}) => {
  await signInWith(page, emailOf(slug, 'owner'), usage)
  const { timeZone, today, requests } = await readStored(slug)
  const shown = within(requests, periodOf(timeZone, today))
  await expectCards(page, cardsOf(shown))
  const days = rowsOf(shown, ({ day }) => [dayLabel(day, today)])
  await expectRows(page, 'By day', days)

  // The busiest day has the most to add up.
  const [busiest] = days.toSorted((a, b) => b.requests - a.requests)
  const label = busiest?.labels[0] ?? ''
  await tableOf(page, 'By day')
    .getByRole('link', { name: label.replace(' so far', '') })
    .click()
  await expect(page).toHaveURL(/[?&]open=/)
  const people = peopleOf(shown.filter(({ day }) => dayLabel(day, today) === label))
  expect(people.length).toBeGreaterThan(1)
  await expectRows(page, 'By day', [...days, ...people])
  expect(people.reduce((sum, { spendNanos }) => sum + spendNanos, 0n)).toBe(busiest?.spendNanos)
  expect(people.reduce((sum, row) => sum + row.requests, 0)).toBe(busiest?.requests)

  await tableOf(page, 'By day').getByRole('link', { expanded: true }).click()
  await expect(page).not.toHaveURL(/[?&]open=/)
  await expectRows(page, 'By day', days)
})

test('by model and day, and by project, the tables say what the stored requests say, and their rows open to people', async ({
  page,
}) => {
  await signInWith(page, emailOf(slug, 'owner'), `${usage}?range=week`)
  const { today, requests } = await readStored(slug)
  const shown = within(requests, { from: addDays(today, -6), to: today })

  await tab(page, 'By model and day').click()
  await expect(page).toHaveURL(/table=model/)
  const byModel = rowsOf(shown, ({ day, model }) => [dayLabel(day, today), model])
  await expectRows(page, 'By model and day', byModel)
  const [largest] = byModel.toSorted((a, b) => b.requests - a.requests)
  const [day = '', model = ''] = largest?.labels ?? []
  await tableOf(page, 'By model and day')
    .getByRole('row')
    .filter({ hasText: day.replace(' so far', '') })
    .getByRole('link', { name: model, exact: true })
    .click()
  await expect(page).toHaveURL(/[?&]open=/)
  const ofRow = shown.filter((request) => dayLabel(request.day, today) === day && request.model === model)
  await expectRows(page, 'By model and day', [...byModel, ...peopleOf(ofRow)])

  await tab(page, 'By project').click()
  await expect(page).toHaveURL(/table=project/)
  await expect(page).not.toHaveURL(/[?&]open=/)
  const projectOf = ({ project }: StoredRequest) => [project === '' ? 'No project' : project]
  const byProject = rowsOf(shown, projectOf)
  await expectRows(page, 'By project', byProject)
  const [project = ''] = byProject.toSorted((a, b) => a.requests - b.requests).at(-1)?.labels ?? []
  await tableOf(page, 'By project').getByRole('link', { name: project, exact: true }).click()
  await expect(page).toHaveURL(/[?&]open=/)
  const people = peopleOf(shown.filter((request) => projectOf(request)[0] === project))
  const more = page.getByRole('link', { name: /^and \d+ more$/ })
  if (people.length > 10) await more.click()
  await expectRows(page, 'By project', [...byProject, ...people])
})

test('only my usage is what oneself sent, and so is My usage', async ({ page }) => {
  const owner = emailOf(slug, 'owner')
  await signInWith(page, owner, usage)
  const { timeZone, today, requests } = await readStored(slug)
  const own = within(requests, periodOf(timeZone, today)).filter(({ email }) => email === owner)
  await expect(onlyMine(page)).toHaveAttribute('aria-checked', 'false')
  await onlyMine(page).click()
  await expect(page).toHaveURL(`${usage}?mine=1`)
  await expect(onlyMine(page)).toHaveAttribute('aria-checked', 'true')
  const days = rowsOf(own, ({ day }) => [dayLabel(day, today)])
  await expectCards(page, cardsOf(own))
  await expectRows(page, 'By day', days)
  await expect(tableOf(page, 'By day').getByRole('link')).toHaveCount(0)

  await page.goto(`/${slug}/me`)
  await expectCards(page, cardsOf(own))
  await expectRows(page, 'By day', days)
})

test('another range shows the figures of its days, a reload the same page, and so does its address in another browser', async ({
  page,
  browser,
}) => {
  const owner = emailOf(slug, 'owner')
  await signInWith(page, owner, usage)
  const { today, requests } = await readStored(slug)
  await rangeMenu(page).click()
  await page.getByRole('link', { name: 'Past month', exact: true }).click()
  await expect(page).toHaveURL(`${usage}?range=month`)
  const month = within(requests, { from: addDays(today, -29), to: today })
  await expectCards(page, cardsOf(month))
  await expectRows(
    page,
    'By day',
    rowsOf(month, ({ day }) => [dayLabel(day, today)]),
  )

  const custom = { from: addDays(today, -20), to: addDays(today, -11) }
  await rangeMenu(page).click()
  await page.getByLabel('From').fill(custom.from)
  await page.getByLabel('To', { exact: true }).fill(custom.to)
  await page.getByRole('button', { name: 'Show these days' }).click()
  await expect(page).toHaveURL(`${usage}?range=custom&from=${custom.from}&to=${custom.to}`)
  const chosen = within(requests, custom)
  await expectCards(page, cardsOf(chosen))
  await tab(page, 'By project').click()
  await tableOf(page, 'By project').getByRole('link').first().click()
  await expect(page).toHaveURL(/[?&]open=/)
  await expect(page.locator('a[aria-expanded=true]')).toHaveCount(1)

  const before = await readPage(page, 'By project')
  await page.reload()
  expect(await readPage(page, 'By project')).toEqual(before)

  const elsewhere = await (await browser.newContext()).newPage()
  const { pathname, search } = new URL(page.url())
  await signInWith(elsewhere, owner, pathname + search)
  await expect(elsewhere).toHaveURL(pathname + search)
  expect(await readPage(elsewhere, 'By project')).toEqual(before)
  await elsewhere.context().close()
})

test('a member sees only their own usage, and nobody else’s name or e-mail, whatever the address says', async ({ page }) => {
  const member = emailOf(slug, 'member')
  await signInWith(page, member, usage)
  const { timeZone, today, requests } = await readStored(slug)
  const own = within(requests, periodOf(timeZone, today)).filter(({ email }) => email === member)
  await expect(onlyMine(page)).toHaveAttribute('aria-checked', 'true')
  await expect(onlyMine(page)).toHaveAttribute('aria-disabled', 'true')
  await expectCards(page, cardsOf(own))
  await expectRows(
    page,
    'By day',
    rowsOf(own, ({ day }) => [dayLabel(day, today)]),
  )

  const others = await listOthers(member)
  expect(others.length).toBeGreaterThan(10)
  const busiest = [...groupBy(requests, ({ day }) => day)].toSorted(([, a], [, b]) => b.length - a.length)[0]?.[1][0]
  const { day = '', model = '', project = '' } = busiest ?? {}
  const queries = [
    '',
    '?mine=0',
    `?range=month&mine=0&open=${day}`,
    `?range=all&table=model&open=${day}/${encodeURIComponent(model)}&people=500`,
    `?range=all&table=project&mine=false&open=${encodeURIComponent(project)}&people=500`,
    '?range=all&table=project&open=',
    '?range=all&mine=0&mine=1&metric=users',
  ]
  for (const query of queries) {
    const response = await page.goto(usage + query)
    const sent = [(await response?.text()) ?? '', await page.content()]
    const fetched = await page.request.get(usage + query, { headers: { rsc: '1' } })
    sent.push(await fetched.text())
    expect([query, response?.status(), await onlyMine(page).getAttribute('aria-checked')]).toEqual([query, 200, 'true'])
    expect(sent[0]).toContain('Only my usage')
    for (const text of sent) expect([query, others.filter((other) => text.includes(other))]).toEqual([query, []])
    await expect(page.locator('a[aria-expanded]')).toHaveCount(0)
  }
  const all = requests.filter(({ email }) => email === member)
  await page.goto(`${usage}?range=all&mine=0`)
  await expectCards(page, cardsOf(all))
})

/** Names and addresses of everyone in the organization, today or once, but one. */
async function listOthers(email: string): Promise<string[]> {
  const { db, close } = openDatabase(readManifest().databaseUrl, { max: 1, name: 'outlay e2e' })
  try {
    const rows = await db.execute<{ name: string; email: string }>(sql`
      select u.name, u.email from people p join users u on u.user_id = p.user_id
      join organizations o on o.org_id = p.org_id where o.slug = ${slug} and u.email <> ${email}`)
    return rows.flatMap((row) => [row.name, row.email])
  } finally {
    await close()
  }
}

test('to the owner of another organization every page of this one is not found', async ({ page }) => {
  await signInWith(page, emailOf('quillhaven', 'owner'))
  await expect(page).toHaveURL('/quillhaven')
  for (const path of [`/${slug}`, usage, `${usage}?range=all&table=project`, `/${slug}/me`, `/${slug}/connect`]) {
    const response = await page.goto(path)
    expect([path, response?.status()]).toEqual([path, 404])
    await expect(page.getByRole('heading', { name: 'There is nothing here' })).toBeVisible()
    const text = `${await response?.text()}${await page.content()}`
    expect(text).not.toContain('Acme Robotics')
  }
})

test('without a script the numbers are there, and links change the range', async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  await signInWith(page, emailOf(slug, 'owner'), usage)
  const { timeZone, today, requests } = await readStored(slug)
  const inPeriod = within(requests, periodOf(timeZone, today))
  await expectCards(page, cardsOf(inPeriod))
  await expectRows(
    page,
    'By day',
    rowsOf(inPeriod, ({ day }) => [dayLabel(day, today)]),
  )

  await rangeMenu(page).click()
  await page.getByRole('link', { name: 'Past week', exact: true }).click()
  await expect(page).toHaveURL(`${usage}?range=week`)
  const week = within(requests, { from: addDays(today, -6), to: today })
  await expectCards(page, cardsOf(week))
  await onlyMine(page).click()
  await expect(page).toHaveURL(`${usage}?range=week&mine=1`)
  await expectCards(page, cardsOf(week.filter(({ email }) => email === emailOf(slug, 'owner'))))
  await context.close()
})

test('telemetry that was sent is on the page once it is rolled up, and sending it again changes nothing', async ({
  page,
  request,
}) => {
  const owner = emailOf(slug, 'owner')
  await signInWith(page, owner, `${usage}?range=week`)
  const before = await readCards(page)
  const nowMs = Date.now()
  const sent = [1, 2, 3].map((index): WireEvent => ({
    id: `e2e-${nowMs}-${index}`,
    atMs: nowMs - index * 10,
    model: 'claude-sonnet-4-5',
    isOk: true,
    uncached: 100 + index,
    cacheRead: 20_000 + index,
    cacheWrite: 3_000 + index,
    output: 400 + index,
    costMicros: 7_219 + index,
    project: 'e2e-journey',
    client: 'cli',
    email: owner,
    latencyMs: 1_500,
  }))
  const send = async () => {
    const response = await request.post('/api/otlp/v1/logs', {
      headers: { authorization: `Bearer ${ingestKeyOf(slug)}`, 'content-type': 'application/x-protobuf' },
      data: Buffer.from(otlpLogsBody(sent)),
    })
    expect(response.status()).toBe(200)
    expect((await response.body()).length).toBe(0)
    await rollUpNow()
  }
  const added = sent.reduce((sum, event) => sum + event.uncached + event.cacheRead + event.cacheWrite + event.output, 0)
  for (const attempt of ['sent', 'sent again']) {
    await send()
    await page.goto(`${usage}?range=week`)
    const { today, requests } = await readStored(slug)
    const week = within(requests, { from: addDays(today, -6), to: today })
    const after = await readCards(page)
    expect([attempt, after]).toEqual([attempt, cardsOf(week)])
    expect([attempt, after.requests - before.requests, after.tokens - before.tokens]).toEqual([attempt, 3, added])
    expect([attempt, after.spendNanos - before.spendNanos]).toEqual([attempt, 21_663_000n])

    await page.goto(`${usage}?range=week&table=project&open=e2e-journey`)
    const project = (await readRows(tableOf(page, 'By project'))).find(({ labels }) => labels[0] === 'e2e-journey')
    expect(project).toMatchObject({
      requests: 3,
      spendNanos: 21_663_000n,
      inputTokens: added - 1_206,
      cacheReadTokens: 60_006,
      users: 1,
    })
    await expect(page.getByRole('row').filter({ hasText: owner })).toHaveCount(1)
  }
})
