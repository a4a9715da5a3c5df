import { classes } from './classes'

/** A quiet block of the size that the caller gives it, for what is on its way. */
export function Skeleton({ className }: { className: string }) {
  return <span aria-hidden="true" className={classes('skeleton block', className)} />
}

/** Lines of a table that is on its way, as high as its rows will be. */
export function SkeletonRows({ count }: { count: number }) {
  return (
    <div aria-hidden="true">
      {Array.from({ length: count }, (_, index) => (
        <div key={index} className="flex h-10 items-center justify-between gap-8 border-t px-4 max-sm:h-16">
          <Skeleton className="h-3.5 w-32" />
          <Skeleton className="h-3.5 w-16" />
        </div>
      ))}
    </div>
  )
}
