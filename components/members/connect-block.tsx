import type { ReactNode } from 'react'
import { CopyButton } from '@/components/ui/copy-button'

/** Something to copy into a terminal or a file, and what it does. */
export function ConnectBlock({ title, children, code }: { title: string; children?: ReactNode; code: string }) {
  return (
    <section aria-label={title}>
      <h3 className="text-sm font-semibold">{title}</h3>
      {children ? <div className="mt-0.5 max-w-2xl text-ink-2">{children}</div> : null}
      <div className="relative mt-2 rounded-lg bg-sunken ring-1 ring-line">
        <pre className="p-3 pr-30 font-mono text-xs leading-5 whitespace-pre-wrap wrap-anywhere max-sm:pr-3 max-sm:pb-14">
          <code>{code}</code>
        </pre>
        <div className="absolute top-2 right-2 max-sm:top-auto max-sm:bottom-2">
          <CopyButton text={code} />
        </div>
      </div>
    </section>
  )
}
