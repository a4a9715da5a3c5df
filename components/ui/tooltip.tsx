import type { ReactNode } from 'react'
import { classes } from './classes'

/**
 * Says more about what it holds, on hover and on keyboard focus, without a script. A screen reader reads the text after the
 * content, so it isn't marked as hidden.
 */
export function Tooltip({
  text,
  children,
  align = 'center',
  className,
}: {
  text: ReactNode
  children: ReactNode
  align?: 'start' | 'center' | 'end'
  className?: string
}) {
  return (
    <span className={classes('group/tooltip relative inline-flex', className)}>
      {children}
      <span
        role="tooltip"
        className={classes(
          tooltipClasses,
          align === 'start' && 'left-0',
          align === 'center' && 'left-1/2 -translate-x-1/2',
          align === 'end' && 'right-0',
          'group-focus-within/tooltip:visible group-focus-within/tooltip:opacity-100 group-hover/tooltip:visible group-hover/tooltip:opacity-100',
        )}
      >
        {text}
      </span>
    </span>
  )
}

/** The look of the small dark label, without what makes it appear. */
export const tooltipClasses =
  'pointer-events-none invisible absolute top-full z-30 mt-1.5 w-max max-w-64 rounded-md bg-ink px-2 py-1 text-left text-xs font-normal whitespace-normal text-raised opacity-0 shadow-popover transition-opacity print:hidden'
