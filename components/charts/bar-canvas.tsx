'use client'

import { BarChart } from '@tremor/react/dist/components/chart-elements/BarChart/BarChart.js'
import { ChartTooltip } from './chart-tooltip'
import { formatTick, rowsOf, seriesKey } from './series'
import type { ChartCanvasProps } from './series'

/** Stacked bars, one per bucket; the last is drawn as open while its time isn't over. */
export function BarCanvas({ data, colors }: ChartCanvasProps) {
  return (
    <BarChart
      className={data.buckets.at(-1)?.isOpen ? 'chart-open-last h-full' : 'h-full'}
      data={rowsOf(data)}
      index="label"
      categories={data.series.map((_, place) => seriesKey(place))}
      colors={colors}
      valueFormatter={(value) => formatTick(value, data.unit)}
      customTooltip={({ active, payload }) => <ChartTooltip data={data} colors={colors} active={active} payload={payload} />}
      stack
      showLegend={false}
      yAxisWidth={56}
      tickGap={16}
      barCategoryGap="20%"
      padding={{ left: 8, right: 8 }}
    />
  )
}
