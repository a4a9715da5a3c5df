import { type Series, totalOf } from './series'

/** A piece of a stacked bar, from and to which percentage of the height it reaches. */
type Piece = { place: number; bucket: number; from: number; to: number }

/** The pieces of all bars, scaled to the end of an axis with four even steps. */
export function stackOf(series: Series[], bucketCount: number): Piece[] {
  const buckets = Array.from({ length: bucketCount }, (_, bucket) => bucket)
  const end = axisEnd(Math.max(...buckets.map((bucket) => totalOf(series, bucket)), 0))
  return buckets.flatMap((bucket) => {
    let reached = 0
    return series.flatMap((one, place) => {
      const from = reached
      reached += ((one.values[bucket] ?? 0) / end) * 100
      return reached > from ? [{ place, bucket, from, to: reached }] : []
    })
  })
}

/** The path of a line through the middles of its buckets, on the same scale for all series. */
export function outlineOf(values: number[], series: Series[]): string {
  const end = axisEnd(Math.max(...series.flatMap((one) => one.values), 0))
  const points = values.map((value, bucket) => `${bucket * 10 + 5} ${(100 - (value / end) * 100).toFixed(1)}`)
  return points.length === 0 ? '' : `M${points.join('L')}`
}

/** Where an axis of four steps ends that holds the value. The chart library rounds its steps so, and the two should not differ. */
export function axisEnd(highest: number): number {
  if (highest <= 0) return 1
  const step = highest / 4
  const magnitude = Math.floor(Math.log10(step))
  const unit = magnitude === 0 ? 1 : 10 ** magnitude / 2
  return Math.ceil(step / unit) * unit * 4
}
