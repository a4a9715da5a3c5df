import { formatCount, formatMoney, formatMoneyTick, formatTokens } from '@/components/ui/format'

/** What a chart's numbers are. Money is drawn as nano-dollars, so that one rule turns every figure into text. */
export type Unit = 'money' | 'tokens' | 'count'

/** The colors of the theme by the names that Tremor takes; the last one is what the rest is drawn in. */
const colorNames = ['indigo', 'cyan', 'amber', 'emerald', 'rose'] as const
const restColor = 'slate'
export type SeriesColor = (typeof colorNames)[number] | typeof restColor

/** The name of the series that holds what has no series of its own. */
const restName = 'Other'

export type Series = { name: string; values: number[] }
export type Bucket = { label: string; longLabel: string; isOpen: boolean }

/** What a chart draws: a value per bucket and series, with every bucket already named. */
export type ChartData = { unit: Unit; buckets: Bucket[]; series: Series[]; isStacked: boolean }

/** What draws a chart is given: the data, and a color per series. */
export type ChartCanvasProps = { data: ChartData; colors: SeriesColor[] }

/**
 * A color for each series. A name asks for the color that its letters make, and takes the next free one if that is taken, so
 * that it keeps its color when the range changes. The rest is always gray; a series alone always has the first color.
 */
export function colorsOf(names: string[]): SeriesColor[] {
  if (names.length === 1 && names[0] !== restName) return ['indigo']
  const taken = new Set<SeriesColor>()
  return names.map((name) => {
    if (name === restName || taken.size === colorNames.length) return restColor
    const wanted = hashOf(shortName(name)) % colorNames.length
    const order = colorNames.map((_, index) => colorNames[(wanted + index) % colorNames.length] ?? restColor)
    const color = order.find((candidate) => !taken.has(candidate)) ?? restColor
    taken.add(color)
    return color
  })
}

/**
 * The rows that Tremor draws. Series are keyed by their place, because a model's name may hold dots and slashes that the chart
 * library reads as a path.
 */
export function rowsOf({ buckets, series }: ChartData): ({ label: string; bucket: number } & Record<string, string | number>)[] {
  return buckets.map((bucket, index) => ({
    label: bucket.label,
    bucket: index,
    ...Object.fromEntries(series.map((one, place) => [seriesKey(place), one.values[index] ?? 0])),
  }))
}

/** A model without its provider: a column has little room, and one model by two ways is one color. */
export function shortName(name: string): string {
  return name.split('/').at(-1) ?? name
}

/** The key under which a row holds the series at a place. */
export function seriesKey(place: number): string {
  return `s${place}`
}

/** The sum of all series in a bucket. */
export function totalOf(series: Series[], bucket: number): number {
  return series.reduce((sum, one) => sum + (one.values[bucket] ?? 0), 0)
}

/** A drawn number as text. */
export function formatValue(value: number, unit: Unit): string {
  if (unit === 'money') return formatMoney(BigInt(Math.round(value)))
  return unit === 'tokens' ? formatTokens(Math.round(value)) : formatCount(value)
}

/** A number on an axis as text, as short as can be. */
export function formatTick(value: number, unit: Unit): string {
  if (unit === 'money') return formatMoneyTick(BigInt(Math.round(value)))
  return unit === 'tokens' || value >= 10_000 ? formatTokens(Math.round(value)).replace(/\.0+(?=\D)/, '') : formatCount(value)
}

/** What the chart shows, in one sentence, for those who don't see it. Null when there is nothing to tell. */
export function summaryOf({ unit, buckets, series, isStacked }: ChartData): string | null {
  const totals = buckets.map((bucket, index) => ({
    bucket,
    value: isStacked ? totalOf(series, index) : (series[0]?.values[index] ?? 0),
  }))
  const closed = totals.filter(({ bucket }) => !bucket.isOpen)
  const [first, last] = [buckets[0], buckets.at(-1)]
  const ranked = [...(closed.length > 0 ? closed : totals)].sort((a, b) => b.value - a.value)
  const [highest, lowest] = [ranked[0], ranked.at(-1)]
  if (!first || !last || !highest || !lowest || highest.value === 0) return null

  const sentences = [`${first.longLabel} to ${last.longLabel}.`]
  sentences.push(`Highest: ${highest.bucket.longLabel} with ${formatValue(highest.value, unit)}.`)
  if (ranked.length > 1) sentences.push(`Lowest: ${lowest.bucket.longLabel} with ${formatValue(lowest.value, unit)}.`)
  if (isStacked && series.length > 1) {
    const parts = series.map((one) => `${one.name} ${formatValue(sumOf(one.values), unit)}`)
    sentences.push(`In all: ${parts.join(', ')}.`)
  }
  if (last.isOpen) sentences.push(`${last.longLabel} is not over yet.`)
  return sentences.join(' ')
}

function sumOf(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

/**
 * FNV-1a: small, the same everywhere, and spreads names that differ in one digit. It begins at a number at which the models that
 * are most used together today ask for five different colors.
 */
function hashOf(text: string): number {
  let hash = 0x811ca385
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0
  return hash
}
