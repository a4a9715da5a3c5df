import { itemAt } from './random'

/** The programs that people of the demo work with. */
export const tools = ['claude-code', 'codex', 'gemini-cli', 'opencode'] as const
export type Tool = (typeof tools)[number]

/** A model, and since when it can be had, in days before the demo's today. */
type Release = { readonly model: string; readonly agoDays: number }

/** Models of one kind, oldest first: people move from one to the next, each in their own time. */
export type ModelLine = { readonly provider: string; readonly releases: readonly Release[] }

const always = 10_000

/** How long ago the launch was that still spreads through the organizations today. */
export const launchAgoDays = 38

/** How long ago the price of `claude-sonnet-5` fell by a third. */
export const priceChangeAgoDays = 74

/** What people choose between. Names are real, so that the product prices what carries no cost; the days are the demo's own. */
export const modelLines = {
  sonnet: {
    provider: 'anthropic',
    releases: [
      { model: 'claude-sonnet-4-5', agoDays: always },
      { model: 'claude-sonnet-4-6', agoDays: 276 },
      { model: 'claude-sonnet-5', agoDays: 158 },
    ],
  },
  opus: {
    provider: 'anthropic',
    releases: [
      { model: 'claude-opus-4-1', agoDays: always },
      { model: 'claude-opus-4-5', agoDays: 361 },
      { model: 'claude-opus-4-6', agoDays: 288 },
      { model: 'claude-opus-5', agoDays: 140 },
      { model: 'claude-opus-5-5', agoDays: launchAgoDays },
    ],
  },
  haiku: { provider: 'anthropic', releases: [{ model: 'claude-haiku-4-5', agoDays: always }] },
  codex: {
    provider: 'openai',
    releases: [
      { model: 'gpt-5-codex', agoDays: always },
      { model: 'gpt-5.1-codex', agoDays: 372 },
      { model: 'gpt-5.2-codex', agoDays: 330 },
      { model: 'gpt-5.3-codex', agoDays: 285 },
      { model: 'gpt-5.5', agoDays: 190 },
      { model: 'gpt-5.6-terra', agoDays: 100 },
    ],
  },
  codexSmall: {
    provider: 'openai',
    releases: [
      { model: 'gpt-5-mini', agoDays: always },
      { model: 'gpt-5.4-mini', agoDays: 220 },
    ],
  },
  gemini: {
    provider: 'google',
    releases: [
      { model: 'gemini-2.5-pro', agoDays: always },
      { model: 'gemini-3-pro-preview', agoDays: 366 },
      { model: 'gemini-3.1-pro-preview', agoDays: 268 },
    ],
  },
  geminiSmall: {
    provider: 'google',
    releases: [
      { model: 'gemini-2.5-flash', agoDays: always },
      { model: 'gemini-3-flash-preview', agoDays: 330 },
      { model: 'gemini-3.5-flash', agoDays: 160 },
    ],
  },
  grok: { provider: 'x-ai', releases: [{ model: 'grok-code-fast-1', agoDays: always }] },
} as const satisfies Record<string, ModelLine>

/** The newest model of a line for someone who takes up a release so many days after it appears. */
export function modelOf(line: ModelLine, agoDays: number, adoptionLagDays: number): string {
  let { model } = itemAt(line.releases, 0)
  for (const release of line.releases) {
    if (release.agoDays - adoptionLagDays < agoDays) break
    model = release.model
  }
  return model
}

/** A model's price: nano-dollars per token, whole numbers all. */
export type Price = {
  readonly uncached: number
  readonly cacheRead: number
  readonly cacheWrite5m: number
  readonly cacheWrite1h: number
  readonly output: number
}

/** What Claude Code reckons with: a price in dollars per million tokens, cached input at the vendor's usual shares of it. */
function priceOf(inputDollars: number, outputDollars: number, cacheReadShare = 0.1): Price {
  const uncached = Math.round(inputDollars * 1_000)
  return {
    uncached,
    cacheRead: Math.round(uncached * cacheReadShare),
    cacheWrite5m: Math.round(uncached * 1.25),
    cacheWrite1h: uncached * 2,
    output: Math.round(outputDollars * 1_000),
  }
}

const claudePrices: Readonly<Record<string, Price>> = {
  'claude-sonnet-4-5': priceOf(3, 15),
  'claude-sonnet-4-6': priceOf(3, 15),
  'claude-opus-4-1': priceOf(15, 75),
  'claude-opus-4-5': priceOf(5, 25),
  'claude-opus-4-6': priceOf(5, 25),
  'claude-opus-5': priceOf(5, 25),
  'claude-opus-5-5': priceOf(4, 20, 0.05),
  'claude-haiku-4-5': priceOf(1, 5),
}
const sonnet5Before = priceOf(3, 15)
const sonnet5Since = priceOf(2, 10)

/** The price of a Claude model so many days before today. */
export function claudePriceOf(model: string, agoDays: number): Price {
  if (model === 'claude-sonnet-5') return agoDays > priceChangeAgoDays ? sonnet5Before : sonnet5Since
  const price = claudePrices[model]
  if (!price) throw new RangeError(`no price of ${model}`)
  return price
}

/** The program's version that someone runs who updates once a week: a train of releases up to today's. */
export function versionOf(tool: Tool, agoDays: number, updateLagDays: number): string {
  const weeksAgo = Math.min(58, Math.floor((agoDays + updateLagDays) / 7))
  const progress = 1 - weeksAgo / 58
  switch (tool) {
    case 'claude-code':
      return `2.1.${2 + Math.round(progress * 326)}`
    case 'codex':
      return `0.${52 + Math.round(progress * 117)}.0`
    case 'gemini-cli':
      return `0.${11 + Math.round(progress * 50)}.0`
    case 'opencode':
      return `1.${Math.round(progress * 18)}.${weeksAgo % 4}`
  }
}
