import { type InputHTMLAttributes, useId } from 'react'
import { classes } from './classes'

/** An input with its label, and below it either what is wrong or a hint. */
export function Field({
  label,
  hint,
  error,
  className,
  ...input
}: { label: string; hint?: string; error?: string; className?: string } & Omit<InputHTMLAttributes<HTMLInputElement>, 'id'>) {
  const id = useId()
  const note = error ?? hint
  return (
    <div className={classes('min-w-0', className)}>
      <label htmlFor={id} className="mb-1 block text-xs font-medium text-ink-2">
        {label}
      </label>
      <input
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        className={classes(
          'block h-8 w-full min-w-0 rounded-md bg-raised px-2.5 text-sm text-ink ring-1 ring-inset placeholder:text-ink-3 max-sm:h-10 max-sm:text-[1rem]',
          error ? 'ring-bad' : 'ring-edge',
        )}
        {...input}
      />
      {note ? (
        <p id={`${id}-note`} className={classes('mt-1 text-xs', error ? 'text-bad' : 'text-ink-3')}>
          {note}
        </p>
      ) : null}
    </div>
  )
}
