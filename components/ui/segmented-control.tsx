import Link from 'next/link'
import { classes } from './classes'
import { LinkPending } from './link-pending'

export type Choice = { label: string; href: string; isCurrent: boolean }

/** A few exclusive choices that live in the URL, side by side. */
export function SegmentedControl({ label, choices }: { label: string; choices: Choice[] }) {
  return (
    <nav aria-label={label} className="inline-flex rounded-md bg-sunken p-0.5 print:hidden">
      {choices.map((choice) => (
        <Link
          key={choice.label}
          href={choice.href}
          scroll={false}
          prefetch={false}
          aria-current={choice.isCurrent ? 'true' : undefined}
          className={classes(
            'rounded-[5px] px-2.5 py-0.5 text-sm transition-colors max-sm:py-2',
            choice.isCurrent ? 'bg-raised font-medium text-ink shadow-card ring-1 ring-line' : 'text-ink-2 hover:text-ink',
          )}
        >
          {choice.label}
          <LinkPending />
        </Link>
      ))}
    </nav>
  )
}

/** The views of one card, as links in its header. */
export function Tabs({ label, choices }: { label: string; choices: Choice[] }) {
  return (
    <nav aria-label={label} className="flex gap-1 overflow-x-auto p-2">
      {choices.map((choice) => (
        <Link
          key={choice.label}
          href={choice.href}
          scroll={false}
          prefetch={false}
          aria-current={choice.isCurrent ? 'true' : undefined}
          className={classes(
            'rounded-md px-2.5 py-1 text-sm whitespace-nowrap transition-colors max-sm:py-2',
            choice.isCurrent ? 'bg-sunken font-semibold text-ink' : 'text-ink-2 hover:bg-sunken hover:text-ink print:hidden',
          )}
        >
          {choice.label}
          <LinkPending />
        </Link>
      ))}
    </nav>
  )
}
