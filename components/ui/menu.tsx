import type { ReactNode } from 'react'
import Link from 'next/link'
import { classes } from './classes'
import { Icon, type IconName } from './icon'
import { LinkPending } from './link-pending'
import { MenuDetails } from './menu-details'

/**
 * A button that opens a panel below it (on a phone: a sheet from below). It is a `<details>`, so that it opens without a
 * script; with one, Escape, a press outside, and following a link close it.
 */
export function Menu({
  label,
  summary,
  summaryClassName,
  align = 'start',
  side = 'below',
  children,
  className,
  panelClassName,
}: {
  /** Read in place of the summary when that has no words of its own. */
  label?: string
  summary: ReactNode
  summaryClassName?: string
  align?: 'start' | 'end'
  side?: 'below' | 'above'
  children: ReactNode
  className?: string
  panelClassName?: string
}) {
  return (
    <MenuDetails className={classes('group/menu relative print:hidden', className)}>
      <summary
        aria-label={label}
        className={classes(
          summaryClassName,
          // On a phone the summary's shadow covers the page behind the sheet: pressing there is pressing the summary.
          'max-sm:group-open/menu:before:fixed max-sm:group-open/menu:before:inset-0 max-sm:group-open/menu:before:z-40 max-sm:group-open/menu:before:cursor-default max-sm:group-open/menu:before:bg-[rgb(0_0_0/0.4)]',
        )}
      >
        {summary}
      </summary>
      <div
        className={classes(
          'z-50 rounded-lg bg-raised p-1 text-ink shadow-popover ring-1 ring-line',
          'max-sm:fixed max-sm:inset-x-0 max-sm:bottom-0 max-sm:max-h-[80dvh] max-sm:overflow-y-auto max-sm:rounded-b-none max-sm:p-2 max-sm:pb-[max(0.75rem,env(safe-area-inset-bottom))]',
          'sm:absolute sm:min-w-48',
          side === 'below' ? 'sm:top-full sm:mt-1.5' : 'sm:bottom-full sm:mb-1.5',
          align === 'start' ? 'sm:left-0' : 'sm:right-0',
          panelClassName,
        )}
      >
        {children}
      </div>
    </MenuDetails>
  )
}

/** One destination in a menu. */
export function MenuLink({
  href,
  icon,
  children,
  detail,
  isCurrent = false,
  keepsScroll = false,
}: {
  href: string
  icon?: IconName
  children: ReactNode
  detail?: ReactNode
  isCurrent?: boolean
  keepsScroll?: boolean
}) {
  return (
    <Link
      href={href}
      scroll={!keepsScroll}
      prefetch={false}
      aria-current={isCurrent ? 'true' : undefined}
      className={classes(menuItemClasses, isCurrent && 'font-medium')}
    >
      {icon ? <Icon name={icon} className="text-ink-3" /> : null}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {detail ? <span className="text-ink-3">{detail}</span> : null}
      {isCurrent ? <Icon name="check" className="text-accent" /> : null}
      <LinkPending />
    </Link>
  )
}

/** The look of one line of a menu, for buttons in it. */
export const menuItemClasses =
  'flex w-full items-center gap-2.5 rounded-md px-2.5 py-1.5 text-left text-sm text-ink transition-colors hover:bg-sunken max-sm:py-2.5'
