import { useId } from 'react'

const width = 100
const height = 28
const margin = 2

/** The run of a figure over the range, drawn on the server. It decorates the figure beside it, so a screen reader skips it. */
export function Sparkline({ values, className }: { values: number[]; className?: string }) {
  const id = useId()
  const line = lineOf(values)
  if (line === null) return <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true" className={className} />
  return (
    <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true" className={className}>
      <defs>
        <linearGradient id={id} x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stopColor="var(--chart-1)" stopOpacity="0.22" />
          <stop offset="1" stopColor="var(--chart-1)" stopOpacity="0" />
        </linearGradient>
      </defs>
      <path d={`${line}L${width} ${height}L0 ${height}Z`} fill={`url(#${id})`} />
      <path
        d={line}
        fill="none"
        strokeWidth="1.5"
        strokeLinejoin="round"
        strokeLinecap="round"
        vectorEffect="non-scaling-stroke"
        className="stroke-indigo-500"
      />
    </svg>
  )
}

/** A path through the values from edge to edge, from zero up, or null when there is no run to show. */
function lineOf(values: number[]): string | null {
  const highest = Math.max(...values, 0)
  if (values.length < 2 || highest === 0) return null
  const points = values.map((value, index) => {
    const x = (index / (values.length - 1)) * width
    const y = height - margin - (Math.max(value, 0) / highest) * (height - 2 * margin)
    return `${x.toFixed(1)} ${y.toFixed(1)}`
  })
  return `M${points.join('L')}`
}
