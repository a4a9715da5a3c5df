import type { ReactNode } from 'react'
import { Logo } from '@/components/ui/logo'

/** A page that says one thing, outside any organization: nothing found, not allowed, broken. */
export function StandalonePage({
  code,
  title,
  children,
  action,
}: {
  code: string
  title: string
  children: ReactNode
  action: ReactNode
}) {
  return (
    <main className="flex min-h-[70dvh] flex-col items-center justify-center px-6 py-16 text-center">
      <Logo className="size-9" />
      <p className="numeric mt-6 text-xs text-ink-3">{code}</p>
      <h1 className="mt-1 text-xl font-semibold tracking-[-0.015em] text-balance">{title}</h1>
      <p className="mt-2 max-w-md text-sm text-balance text-ink-2">{children}</p>
      <div className="mt-6">{action}</div>
    </main>
  )
}
