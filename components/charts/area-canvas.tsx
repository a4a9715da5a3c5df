'use client'

import { AreaChart } from '@tremor/react/dist/components/chart-elements/AreaChart/AreaChart.js'
import { ChartTooltip } from './chart-tooltip'
import { formatTick, rowsOf, seriesKey } from './series'
import type { ChartCanvasProps } from './series'

/** Lines for what doesn't add up, such as averages and distinct people. Only one alone is filled: areas that overlap mislead. */
export function AreaCanvas({ data, colors }: ChartCanvasProps) {
  return (
    <AreaChart
      className="h-full"
      data={rowsOf(data)}
      index="label"
      categories={data.series.map((_, place) => seriesKey(place))}
      colors={colors}
      valueFormatter={(value) => formatTick(value, data.unit)}
      customTooltip={({ active, payload }) => <ChartTooltip data={data} colors={colors} active={active} payload={payload} />}
      showGradient={data.series.length === 1}
      showLegend={false}
      yAxisWidth={56}
      tickGap={16}
      padding={{ left: 8, right: 8 }}
    />
  )
}
