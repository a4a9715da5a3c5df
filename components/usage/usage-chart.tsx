import { Chart, ChartLegend } from '@/components/charts/chart'
import type { ChartData } from '@/components/charts/series'
import { Card } from '@/components/ui/card'
import { formatBucket, formatBucketLong } from '@/components/ui/format'
import { type Choice, SegmentedControl } from '@/components/ui/segmented-control'
import type { ChartReport } from '@/lib/dashboards/report'
import { chartNames, metricUnits } from './words'

/** The chart of the chosen card. `grains` are the bucket sizes that can be chosen, where they can. */
export function UsageChart({ report, today, grains = [] }: { report: ChartReport; today: string; grains?: Choice[] }) {
  const title = chartNames[report.metric]
  const data: ChartData = {
    unit: metricUnits[report.metric],
    isStacked: report.isStacked,
    series: report.series,
    buckets: report.buckets.map(({ start, isOpen }) => ({
      label: formatBucket(start, report.grain),
      longLabel: formatBucketLong(start, report.grain, today),
      isOpen,
    })),
  }
  return (
    <Card className="mt-4">
      <header className="flex items-start justify-between gap-4 px-4 pt-3 pb-2 max-sm:flex-col max-sm:gap-2">
        <div className="flex min-w-0 flex-wrap items-center gap-x-4 gap-y-1 py-1">
          <h2 className="text-sm font-semibold">{title}</h2>
          <ChartLegend data={data} />
        </div>
        {grains.length > 0 ? <SegmentedControl label="Grain" choices={grains} /> : null}
      </header>
      <Chart title={title} data={data} />
    </Card>
  )
}
