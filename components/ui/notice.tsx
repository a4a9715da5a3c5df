import type { ReactNode } from 'react'
import { classes } from './classes'
import { Icon } from './icon'

/** A sentence that a person should see before going on. An error is announced at once. */
export function Notice({ tone = 'info', children }: { tone?: 'info' | 'warn' | 'bad' | 'good'; children: ReactNode }) {
  return (
    <div
      role={tone === 'bad' ? 'alert' : 'status'}
      className={classes(
        'flex items-start gap-2.5 rounded-lg px-3 py-2 text-sm text-ink',
        tone === 'info' && 'bg-accent-soft',
        tone === 'good' && 'bg-good-soft',
        tone === 'warn' && 'bg-warn-soft',
        tone === 'bad' && 'bg-bad-soft',
      )}
    >
      <Icon
        name={tone === 'info' ? 'info' : tone === 'good' ? 'check' : 'warning'}
        className={classes(
          'mt-0.5',
          tone === 'info' && 'text-accent-ink',
          tone === 'good' && 'text-good',
          tone === 'warn' && 'text-warn',
          tone === 'bad' && 'text-bad',
        )}
      />
      <div className="min-w-0">{children}</div>
    </div>
  )
}
