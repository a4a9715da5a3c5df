import type { Locator, Page } from '@playwright/test'
import type { Figures } from './events'

/** A row of a usage table as the page shows it, to the last digit. `users` is null in the row of a person. */
export type ShownRow = Figures & { labels: string[]; users: number | null }

/** What the five cards say, to the last digit. */
export type ShownCards = { spendNanos: bigint; requests: number; averageNanos: bigint | null; tokens: number; users: number }

/** The table that a usage page shows, by its tab. */
export function tableOf(page: Page, tab: 'By day' | 'By model and day' | 'By project'): Locator {
  return page.getByRole('table', { name: tab, exact: true })
}

/** Every row of a usage table, people of an opened one included. */
export async function readRows(table: Locator): Promise<ShownRow[]> {
  const rows = await table.getByRole('row').evaluateAll((elements) =>
    elements.map((row) => {
      const cells = [...row.querySelectorAll('[role=rowheader], [role=cell]')].filter((cell) => cell instanceof HTMLElement)
      return cells.map((cell) => ({
        text: cell.innerText.trim(),
        title: cell.querySelector('[title]')?.getAttribute('title') ?? null,
        tip: cell.querySelector('[role=tooltip]')?.textContent ?? null,
      }))
    }),
  )
  return rows
    .filter((cells) => cells.length > 0)
    .map((cells) => {
      // Behind what names the row there are always four: cost, requests, tokens, users.
      const [cost, requests, tokens, users] = cells.slice(-4)
      const [inputTokens, cacheReadTokens, outputTokens] = [...(tokens?.tip ?? '').matchAll(/[\d,]+/g)].map(([text]) =>
        readCount(text),
      )
      if (
        !cost ||
        !requests ||
        !users ||
        inputTokens === undefined ||
        cacheReadTokens === undefined ||
        outputTokens === undefined
      )
        throw new Error(`This is no row of a usage table: ${JSON.stringify(cells)}`)
      return {
        labels: cells.slice(0, -4).flatMap(({ text }) => text.split('\n').map((line) => line.trim())),
        ...readCost(cost.title ?? ''),
        requests: readCount(requests.text),
        inputTokens,
        cacheReadTokens,
        outputTokens,
        users: users.text === '' ? null : readCount(users.text),
      }
    })
}

/** The five cards by their exact figures. */
export async function readCards(page: Page): Promise<ShownCards> {
  const exact = async (card: string) =>
    (await page
      .getByRole('heading', { level: 2, name: card, exact: true })
      .locator('xpath=following-sibling::p[1]/span')
      .getAttribute('title')) ?? ''
  const average = await exact('Average per request')
  return {
    spendNanos: readDollars(await exact('Total spent')),
    requests: readCount(await exact('Requests')),
    averageNanos: average.startsWith('$') ? readDollars(average) : null,
    tokens: readCount(await exact('Tokens')),
    users: readCount(await exact('Active users')),
  }
}

function readCost(title: string): { spendNanos: bigint; unpriced: number } {
  const [dollars = '', unpriced] = title.split('; ')
  return { spendNanos: readDollars(dollars), unpriced: unpriced === undefined ? 0 : readCount(unpriced) }
}

/** `$1,284.070123456` in nano-dollars. */
function readDollars(text: string): bigint {
  const [, dollars, fraction] = /^\$([\d,]+)\.(\d{2,9})$/.exec(text) ?? []
  if (dollars === undefined || fraction === undefined) throw new Error(`This is no exact amount: ${text}`)
  return BigInt(dollars.replaceAll(',', '') + fraction.padEnd(9, '0'))
}

/** The number that a text begins with. */
function readCount(text: string): number {
  const [digits] = /^[\d,]+/.exec(text) ?? []
  if (digits === undefined) throw new Error(`This is no count: ${text}`)
  return Number(digits.replaceAll(',', ''))
}
