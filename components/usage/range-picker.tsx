import Form from 'next/form'
import { buttonTargetOf } from '@/components/ui/action-form'
import { Button, buttonClasses } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { formatDayRange } from '@/components/ui/format'
import { Icon } from '@/components/ui/icon'
import { Menu, MenuLink } from '@/components/ui/menu'
import type { DayRange, RangeName } from '@/lib/dashboards/report'
import { rangeNames } from '@/lib/dashboards/report'
import type { UsageHref } from './href'
import { rangeLabels } from './words'

export type RangePickerProps = {
  name: RangeName
  range: DayRange
  /** The organization's own day, the last that can be chosen. */
  today: string
  href: UsageHref
  /** Why only the named ranges can be chosen, if so. */
  customDisabledReason?: string | null
  /** Why the range that was asked for could not be read, if so. */
  error?: string | null
}

/** The range of a usage page: the named ones as links, any other as a form with two dates (`from` and `to`). */
export function RangePicker({ name, range, today, href, customDisabledReason, error }: RangePickerProps) {
  const custom = buttonTargetOf(href({ range: 'custom', before: null, open: null }))
  const named = rangeNames.filter((option) => option !== 'custom')
  return (
    <>
      <p className="hidden print:block">{formatDayRange(range, today)}</p>
      <Menu
        align="end"
        className="max-sm:flex-1"
        panelClassName="sm:w-72"
        summaryClassName={buttonClasses('secondary', 'max-sm:w-full max-sm:justify-start')}
        summary={
          <>
            <Icon name="calendar" className="text-ink-3" />
            <span className="sr-only">Range: </span>
            <span className="numeric">{formatDayRange(range, today)}</span>
            <span className="font-normal text-ink-3">{rangeLabels[name]}</span>
          </>
        }
      >
        <ul>
          {named.map((option) => (
            <li key={option}>
              <MenuLink href={href({ range: option, before: null, open: null })} isCurrent={option === name} keepsScroll>
                {rangeLabels[option]}
              </MenuLink>
            </li>
          ))}
        </ul>
        {customDisabledReason ? (
          <p className="mt-1 border-t px-2.5 py-2 text-xs text-ink-3">{customDisabledReason}</p>
        ) : (
          <Form action={custom.path} scroll={false} prefetch={false} className="mt-1 border-t p-2.5">
            {custom.fields
              .filter(([field]) => field !== 'from' && field !== 'to')
              .map(([field, value]) => (
                <input key={field} type="hidden" name={field} value={value} />
              ))}
            <div className="grid grid-cols-2 gap-2">
              <Field label="From" type="date" name="from" defaultValue={range.from} max={today} required />
              <Field label="To" type="date" name="to" defaultValue={range.to} max={today} required />
            </div>
            {error ? (
              <p role="alert" className="mt-2 text-xs text-bad">
                {error}
              </p>
            ) : null}
            <Button className="mt-2.5 w-full">Show these days</Button>
          </Form>
        )}
      </Menu>
    </>
  )
}
