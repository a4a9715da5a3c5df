import { cardClasses } from '@/components/ui/card'
import { classes } from '@/components/ui/classes'
import { Skeleton, SkeletonRows } from '@/components/ui/skeleton'
import { metrics } from '@/lib/dashboards/report'
import { stripClasses } from './metric-strip'

/** A whole usage page on its way. */
export function UsageSkeleton() {
  return (
    <div role="status">
      <span className="sr-only">Loading usage</span>
      <StripSkeleton />
      <ChartSkeleton />
      <BreakdownsSkeleton />
      <TablesSkeleton />
    </div>
  )
}

/** The strip of cards on its way. */
function StripSkeleton() {
  return (
    <div aria-hidden="true" className={classes(stripClasses, cardClasses)}>
      {metrics.map((metric) => (
        <div key={metric} className="flex h-35.5 flex-col bg-raised p-4">
          <Skeleton className="h-4 w-24" />
          <Skeleton className="mt-2 h-6 w-28" />
          <Skeleton className="mt-2 h-3 w-32 max-w-full" />
          <Skeleton className="mt-auto h-4 w-full" />
        </div>
      ))}
    </div>
  )
}

/** The chart on its way. */
function ChartSkeleton() {
  return (
    <div aria-hidden="true" className={classes('mt-4 flex h-85 flex-col p-4 max-sm:h-74', cardClasses)}>
      <Skeleton className="h-4 w-32" />
      <Skeleton className="mt-5 flex-1" />
    </div>
  )
}

/** The three share lists on their way. */
function BreakdownsSkeleton() {
  return (
    <div aria-hidden="true" className="mt-4 grid gap-4 md:auto-cols-fr md:grid-flow-col">
      {[0, 1, 2].map((card) => (
        <div key={card} className={classes('space-y-1 p-2.5', cardClasses)}>
          <Skeleton className="mx-2 mt-1 mb-3 h-4 w-16" />
          {[0, 1, 2, 3, 4, 5].map((row) => (
            <Skeleton key={row} className="h-7 max-sm:h-9" />
          ))}
        </div>
      ))}
    </div>
  )
}

/** The tables on their way. */
function TablesSkeleton() {
  return (
    <div aria-hidden="true" className={classes('mt-4', cardClasses)}>
      <div className="flex gap-2 p-2">
        <Skeleton className="h-7 w-16" />
        <Skeleton className="h-7 w-32" />
        <Skeleton className="h-7 w-20" />
      </div>
      <SkeletonRows count={10} />
    </div>
  )
}
