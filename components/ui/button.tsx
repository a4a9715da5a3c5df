import Link from 'next/link'
import type { ButtonHTMLAttributes, ReactNode } from 'react'
import { classes } from './classes'
import { Icon, type IconName } from './icon'
import { Tooltip } from './tooltip'

type Look = {
  /** `primary` once per page, `danger` for what can't be undone, `quiet` inside rows. */
  variant?: 'primary' | 'secondary' | 'quiet' | 'danger'
  icon?: IconName
  children: ReactNode
  className?: string
}

/** The classes of a button, for the summaries and labels that look like one. */
export function buttonClasses(variant: Look['variant'] = 'secondary', className?: string): string {
  return classes(
    'inline-flex h-8 items-center justify-center gap-2 rounded-md px-3 text-sm font-medium whitespace-nowrap transition-colors select-none',
    'max-sm:h-10 aria-disabled:cursor-not-allowed print:hidden',
    variant === 'primary' && 'bg-ink text-raised shadow-card hover:bg-ink/85 aria-disabled:bg-sunken aria-disabled:text-ink-3',
    variant === 'secondary' &&
      'bg-raised text-ink shadow-card ring-1 ring-line ring-inset hover:bg-sunken aria-disabled:text-ink-3',
    variant === 'quiet' && 'text-ink-2 hover:bg-sunken hover:text-ink aria-disabled:text-ink-3',
    variant === 'danger' &&
      'bg-raised text-bad shadow-card ring-1 ring-line ring-inset hover:bg-bad-soft aria-disabled:text-ink-3',
    className,
  )
}

/** A button. With `disabledReason` it stays where it is and can be focused, does nothing, and says why. */
export function Button({
  variant,
  icon,
  children,
  className,
  disabledReason,
  type = 'submit',
  ...rest
}: Look & Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled'> & { disabledReason?: string | null }) {
  const content = (
    <>
      {icon ? <Icon name={icon} className="text-current opacity-70" /> : null}
      {children}
    </>
  )
  if (disabledReason) {
    return (
      <Tooltip text={disabledReason}>
        <button type="button" aria-disabled="true" className={buttonClasses(variant, className)}>
          {content}
        </button>
      </Tooltip>
    )
  }
  return (
    <button type={type} className={buttonClasses(variant, className)} {...rest}>
      {content}
    </button>
  )
}

/** A link that looks like a button, for what leads somewhere. */
export function LinkButton({ href, variant, icon, children, className }: Look & { href: string }) {
  return (
    <Link href={href} className={buttonClasses(variant, className)}>
      {icon ? <Icon name={icon} className="opacity-70" /> : null}
      {children}
    </Link>
  )
}
