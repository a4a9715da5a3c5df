import { classes } from './classes'
import { initialsOf } from './format'

/** The initials of a person or organization. Decoration beside the name, so a screen reader skips it. */
export function Avatar({ name, kind = 'person' }: { name: string; kind?: 'person' | 'organization' }) {
  const initials = initialsOf(name)
  return (
    <span
      aria-hidden="true"
      className={classes(
        'inline-flex shrink-0 items-center justify-center font-semibold select-none',
        kind === 'person' && 'size-7 rounded-full bg-sunken text-2xs text-ink-2 ring-1 ring-line',
        kind === 'organization' && 'size-6 rounded-md bg-accent text-xs text-on-accent',
      )}
    >
      {kind === 'organization' ? [...initials][0] : initials}
    </span>
  )
}
