import type { ReactNode } from 'react'

/** What a button does when it is pressed: posts these fields to an address, or calls a server action with them. */
export type FormTarget = {
  action: string | ((data: FormData) => void | Promise<void>)
  fields?: Readonly<Record<string, string>>
}

/** A form around a button or a few inputs that works with and without a script. */
export function ActionForm({ target, children, className }: { target: FormTarget; children: ReactNode; className?: string }) {
  // React writes the method of a server action itself, and warns about a second one.
  const method = typeof target.action === 'string' ? 'post' : undefined
  return (
    <form action={target.action} method={method} className={className}>
      {Object.entries(target.fields ?? {}).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {children}
    </form>
  )
}

/** An address taken apart into what a GET form needs: its path, and its parameters as fields. */
export function buttonTargetOf(href: string): { path: string; fields: [string, string][] } {
  const [path = '', query = ''] = href.split('?')
  return { path, fields: [...new URLSearchParams(query)] }
}
