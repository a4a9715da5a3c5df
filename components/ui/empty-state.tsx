import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon'

/** What stands where there is nothing yet: what this place is for, and the step that fills it. */
export function EmptyState({
  icon,
  title,
  children,
  action,
}: {
  icon: IconName
  title: string
  children: ReactNode
  action?: ReactNode
}) {
  return (
    <div className="flex flex-col items-center px-6 py-12 text-center">
      <span className="mb-3 flex size-9 items-center justify-center rounded-lg bg-sunken text-ink-2">
        <Icon name={icon} />
      </span>
      <h3 className="text-sm font-semibold">{title}</h3>
      <div className="mt-1 max-w-sm text-sm text-balance text-ink-2">{children}</div>
      {action ? <div className="mt-4 print:hidden">{action}</div> : null}
    </div>
  )
}
