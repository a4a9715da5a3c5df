import type { ReactNode } from 'react'
import { cardClasses } from '@/components/ui/card'
import { classes } from '@/components/ui/classes'
import { Logo } from '@/components/ui/logo'

/** The frame of the few pages outside any organization on which somebody comes in or leaves. */
export function Entrance({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center px-5 py-16">
      <div className="w-full max-w-[22.5rem]">
        <div className="mb-6 flex flex-col items-center gap-4 text-center">
          <Logo className="size-10" />
          <h1 className="text-xl font-semibold tracking-[-0.015em] text-balance">{title}</h1>
        </div>
        <div className={classes(cardClasses, 'flex flex-col gap-4 p-5')}>{children}</div>
        <p className="mt-6 text-center text-xs text-balance text-ink-3">
          Outlay shows an organization what it spends on AI coding. It never stores a prompt or a completion.
        </p>
      </div>
    </main>
  )
}
