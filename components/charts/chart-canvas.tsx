'use client'

import dynamic from 'next/dynamic'
import type { ChartData, SeriesColor } from './series'

export type ChartCanvasProps = { data: ChartData; colors: SeriesColor[] }

// The chart library is half as large as everything else together: it is fetched after the page, and only the kind that is shown.
const BarCanvas = dynamic(() => import('./bar-canvas').then((module) => module.BarCanvas), {
  ssr: false,
  loading: CanvasSkeleton,
})
const AreaCanvas = dynamic(() => import('./area-canvas').then((module) => module.AreaCanvas), {
  ssr: false,
  loading: CanvasSkeleton,
})

/** The drawing of a chart: stacked bars for what adds up, lines for what doesn't. */
export function ChartCanvas(props: ChartCanvasProps) {
  return props.data.isStacked ? <BarCanvas {...props} /> : <AreaCanvas {...props} />
}

const heights = [55, 70, 62, 84, 20, 18, 66, 78, 90, 58, 72, 22, 16, 80, 64, 88, 74, 60]

/** Bars of the same room as the drawing that is on its way. */
function CanvasSkeleton() {
  return (
    <svg aria-hidden="true" viewBox="0 0 360 100" preserveAspectRatio="none" className="size-full py-3 pr-4 pl-14">
      {heights.map((height, index) => (
        <rect key={index} x={index * 20 + 4} y={100 - height} width="12" height={height} className="fill-sunken" />
      ))}
    </svg>
  )
}
