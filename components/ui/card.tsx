import type { ReactNode } from 'react'
import { classes } from './classes'

/** The raised surface that holds one thing. */
export function Card({ children, className, label }: { children: ReactNode; className?: string; label?: string }) {
  return (
    <section aria-label={label} className={classes(cardClasses, className)}>
      {children}
    </section>
  )
}

/** One hairline and one soft shadow: what makes a surface raised. */
export const cardClasses = 'rounded-lg bg-raised shadow-card ring-1 ring-line'

/** The line at the top of a card: what it is, how many, and what can be done with it. */
export function CardHeader({ title, detail, children }: { title: string; detail?: ReactNode; children?: ReactNode }) {
  return (
    <header className="flex min-h-12 flex-wrap items-center justify-between gap-x-4 gap-y-2 border-b px-4 py-2">
      <h2 className="text-sm font-semibold">
        {title}
        {detail === undefined ? null : <span className="numeric ml-2 font-normal text-ink-3">{detail}</span>}
      </h2>
      {children}
    </header>
  )
}
