import type { SeriesColor } from '@/components/charts/series'
import { ShareBars } from '@/components/charts/share-bars'
import { Card } from '@/components/ui/card'
import { formatCount } from '@/components/ui/format'
import { Money } from '@/components/ui/figure'
import { divide } from '@/lib/money'
import type { BreakdownReport } from '@/lib/dashboards/report'

const colors: Record<'People' | 'Projects' | 'Models', SeriesColor> = { People: 'indigo', Projects: 'cyan', Models: 'amber' }

/** The largest by spend of one kind, each with a bar as long as its share of the largest. */
export function BreakdownCard({ title, report }: { title: keyof typeof colors; report: BreakdownReport }) {
  const highest = report.rows.reduce((max, row) => (row.spendNanos > max ? row.spendNanos : max), 0n)
  return (
    <Card label={`${title} by spend`} className="flex min-w-0 flex-col p-2.5">
      <header className="flex items-center justify-between px-2 pt-0.5 pb-2">
        <h2 className="text-sm font-semibold">{title}</h2>
        <span className="text-ink-3">Spend</span>
      </header>
      {report.rows.length === 0 ? (
        <p className="px-2 pb-3 text-ink-3">Nothing in this range.</p>
      ) : (
        <ShareBars
          label={`${title} by spend`}
          color={colors[title]}
          bars={[
            ...report.rows.map((row) => ({
              key: row.name,
              name: row.name,
              share: shareOf(row.spendNanos, highest),
              value: <Money nanos={row.spendNanos} />,
            })),
            ...(report.more
              ? [
                  {
                    key: ' more',
                    name: `${formatCount(report.more.count)} more`,
                    share: 0,
                    value: <Money nanos={report.more.spendNanos} />,
                  },
                ]
              : []),
          ]}
        />
      )}
    </Card>
  )
}

/** Cards side by side where there is room, however many there are. */
export function Breakdowns({ children }: { children: React.ReactNode }) {
  return <div className="mt-4 grid gap-4 md:auto-cols-fr md:grid-flow-col">{children}</div>
}

/** How long a bar is, to the hundredth of a percent: a length to draw, not an amount. */
function shareOf(spendNanos: bigint, highestNanos: bigint): number {
  return highestNanos <= 0n ? 0 : Number(divide(spendNanos * 10_000n, highestNanos)) / 10_000
}
