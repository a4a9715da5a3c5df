import type { Metric, RangeName } from '@/lib/dashboards/report'
import type { Unit } from '@/components/charts/series'

/** What the five cards are called. */
export const metricNames: Record<Metric, string> = {
  spend: 'Total spent',
  requests: 'Requests',
  average: 'Average per request',
  tokens: 'Tokens',
  users: 'Active users',
}

/** What the chart of a card is called. */
export const chartNames: Record<Metric, string> = {
  spend: 'Spend by model',
  requests: 'Requests by model',
  average: 'Average cost per request',
  tokens: 'Tokens by model',
  users: 'Active users',
}

/** What the numbers of a card are. */
export const metricUnits: Record<Metric, Unit> = {
  spend: 'money',
  requests: 'count',
  average: 'money',
  tokens: 'tokens',
  users: 'count',
}

/** What the ranges are called. */
export const rangeLabels: Record<RangeName, string> = {
  period: 'Current billing period',
  week: 'Past week',
  month: 'Past month',
  year: 'Past year',
  all: 'All',
  custom: 'Custom',
}

/** Tools whose names aren't written as their words suggest. */
const toolNames: Readonly<Record<string, string>> = { 'gemini-cli': 'Gemini CLI', opencode: 'OpenCode', api: 'API' }

/** A tool's name as people write it: `claude-code` is Claude Code. */
export function sourceName(source: string): string {
  const known = toolNames[source]
  if (known !== undefined) return known
  return source
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ')
}
