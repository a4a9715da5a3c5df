import type { DayRow, ModelDayRow, ProjectRow } from '@/lib/dashboards/report'

/** What the URL calls a row of a table: its day, its day and model, or its project. Unique within its table. */
export function rowKey(row: DayRow | ModelDayRow | ProjectRow): string {
  if ('project' in row) return row.project
  return 'model' in row ? `${row.day}/${row.model}` : row.day
}
