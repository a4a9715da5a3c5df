import Form from 'next/form'
import { buttonTargetOf } from './action-form'
import { classes } from './classes'
import { Tooltip } from './tooltip'

/**
 * A setting that lives in the URL: pressing it asks for the page at `href`. A form rather than a link, so that both Space and
 * Enter turn it, as they do any switch, and without a script.
 */
export function Switch({
  href,
  isOn,
  label,
  disabledReason,
}: {
  href: string
  isOn: boolean
  label: string
  disabledReason?: string | null
}) {
  const shape = 'inline-flex h-8 items-center gap-2 rounded-md px-1 text-sm text-ink-2 max-sm:h-10'
  if (disabledReason) {
    return (
      <Tooltip text={disabledReason} align="end">
        <button
          type="button"
          role="switch"
          aria-checked={isOn}
          aria-disabled="true"
          className={classes(shape, 'cursor-not-allowed')}
        >
          <Track isOn={isOn} />
          {label}
        </button>
      </Tooltip>
    )
  }
  const { path, fields } = buttonTargetOf(href)
  return (
    <>
      {isOn ? <p className="hidden print:block">{label}</p> : null}
      <Form action={path} scroll={false} prefetch={false} className="inline-flex print:hidden">
        {fields.map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <button type="submit" role="switch" aria-checked={isOn} className={classes(shape, 'hover:text-ink')}>
          <Track isOn={isOn} />
          {label}
        </button>
      </Form>
    </>
  )
}

function Track({ isOn }: { isOn: boolean }) {
  return (
    <span
      aria-hidden="true"
      className={classes('relative h-4 w-7 rounded-full transition-colors', isOn ? 'bg-accent' : 'bg-edge')}
    >
      <span
        className={classes('absolute top-0.5 size-3 rounded-full bg-raised transition-[left]', isOn ? 'left-3.5' : 'left-0.5')}
      />
    </span>
  )
}
