import { CopyButton } from '@/components/ui/copy-button'

/** A new key, which nobody, ourselves included, can show again. */
export function KeyShownOnce({ name, secret }: { name: string; secret: string }) {
  return (
    <section aria-label="New key" role="status" className="rounded-lg bg-good-soft p-3">
      <p className="font-medium">Copy the key “{name}” now</p>
      <p className="text-ink-2">It is shown this once: only a fingerprint of it is kept.</p>
      <div className="mt-2 flex flex-wrap items-center gap-2">
        <code className="min-w-0 flex-1 basis-60 rounded-md bg-raised px-2.5 py-1.5 font-mono text-xs wrap-anywhere ring-1 ring-line select-all">
          {secret}
        </code>
        <CopyButton text={secret} label="Copy key" />
      </div>
    </section>
  )
}
