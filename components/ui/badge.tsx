import type { ReactNode } from 'react'
import { classes } from './classes'

/** A word that says what kind or state something is of. The word says it; the tone only helps to find it. */
export function Badge({
  children,
  tone = 'neutral',
}: {
  children: ReactNode
  tone?: 'neutral' | 'accent' | 'good' | 'warn' | 'bad'
}) {
  return (
    <span
      className={classes(
        'inline-flex h-5.5 items-center rounded-full px-2 text-xs whitespace-nowrap',
        tone === 'neutral' && 'bg-sunken text-ink-2',
        tone === 'accent' && 'bg-accent-soft text-accent-ink',
        tone === 'good' && 'bg-good-soft text-good',
        tone === 'warn' && 'bg-warn-soft text-warn',
        tone === 'bad' && 'bg-bad-soft text-bad',
      )}
    >
      {children}
    </span>
  )
}
