import type { ReactNode } from 'react'
import { cardClasses } from '@/components/ui/card'
import { classes } from '@/components/ui/classes'

/** What is worth knowing about an organization at a glance, in one strip. Holds `Fact`s. */
export function KeyFacts({ children }: { children: ReactNode }) {
  return (
    <dl
      className={classes(
        'grid grid-cols-2 gap-px overflow-hidden !bg-line md:flex md:*:flex-1',
        // Three facts in two columns leave no hole.
        '*:odd:last:col-span-2',
        cardClasses,
      )}
    >
      {children}
    </dl>
  )
}

/** One fact: its name, its figure with what it counts, and below it what the figure is made of. */
export function Fact({
  label,
  value,
  suffix,
  share,
  children,
}: {
  label: string
  value: ReactNode
  suffix?: string
  /** How full a bar is drawn, between 0 and 1; without it there is none. */
  share?: number
  children?: ReactNode
}) {
  return (
    <div className="min-w-0 bg-raised p-4">
      <dt className="text-ink-2">{label}</dt>
      <dd>
        <p className="numeric mt-0.5 text-2xl font-semibold tracking-[-0.02em]">
          {value}
          {suffix ? <span className="ml-1.5 text-base font-normal tracking-normal text-ink-3">{suffix}</span> : null}
        </p>
        {share === undefined ? null : (
          <svg aria-hidden="true" className="mt-2 h-1 w-full">
            <rect width="100%" height="100%" rx="2" className="fill-sunken" />
            <rect width={`${(Math.min(Math.max(share, 0), 1) * 100).toFixed(2)}%`} height="100%" rx="2" className="fill-accent" />
          </svg>
        )}
        {children ? <div className="mt-1 text-sm text-ink-3">{children}</div> : null}
      </dd>
    </div>
  )
}
