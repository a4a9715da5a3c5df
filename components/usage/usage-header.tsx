import type { ReactNode } from 'react'
import { PageHeader } from '@/components/ui/page-header'
import { Switch } from '@/components/ui/switch'
import { RangePicker, type RangePickerProps } from './range-picker'

/** The title of a usage page with the two choices that hold for all of it: whose usage, and of when. */
export function UsageHeader({
  title,
  mine,
  range,
  children,
}: {
  title: string
  /** *Only my usage*; null where there is nothing to choose, as on the page about oneself. */
  mine: { isOn: boolean; href: string; disabledReason?: string | null } | null
  range: RangePickerProps
  /** More that can be done on the page. */
  children?: ReactNode
}) {
  return (
    <PageHeader title={title}>
      {mine ? <Switch label="Only my usage" {...mine} /> : null}
      <RangePicker {...range} />
      {children}
    </PageHeader>
  )
}
