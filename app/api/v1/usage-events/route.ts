import type { Scope } from '@/lib/access/scope'
import { ingestRoute } from '@/lib/http/ingest'
import { recordRejections, recordRequests, touchKey } from '@/lib/usage/commands'
import type { Verdict } from '@/lib/usage/commands'
import { readUsageEvents, usageEventFormatOf, usageEventTypes } from '@/lib/usage/input'
import type { ReadEvent } from '@/lib/usage/input'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

/** Takes usage events as JSON, and answers a verdict for each. */
export const POST = ingestRoute({
  contentTypes: Object.values(usageEventTypes),
  formatOf: usageEventFormatOf,
  read: readUsageEvents,
  record: recordEvents,
  accepted: (verdicts) => json({ ...countOf(verdicts), verdicts: verdicts.map(verdictOf) }),
  refused: (status, message) => json({ status, message }),
})

async function recordEvents(scope: Scope<'usage:ingest'>, events: readonly ReadEvent[]): Promise<Verdict[]> {
  const requests = events.flatMap((event) => ('request' in event ? [event.request] : []))
  const recorded = (requests.length === 0 ? [] : await recordRequests(scope, requests)).values()
  const verdicts = events.map((event): Verdict => {
    if ('rejection' in event) return { status: 'rejected', rejection: event.rejection }
    const next = recorded.next()
    if (next.done) throw new Error('recordRequests answers one verdict per request')
    return next.value
  })
  const rejections = verdicts.flatMap((verdict) => (verdict.status === 'rejected' ? [verdict.rejection] : []))
  if (rejections.length > 0) await recordRejections(scope, rejections)
  await touchKey(scope)
  return verdicts
}

function countOf(verdicts: readonly Verdict[]) {
  const count = { stored: 0, duplicates: 0, rejected: 0 }
  for (const { status } of verdicts) count[status === 'duplicate' ? 'duplicates' : status] += 1
  return count
}

function verdictOf(verdict: Verdict, index: number) {
  return { index, status: verdict.status, ...(verdict.status === 'rejected' ? verdict.rejection : {}) }
}

function json(body: object) {
  return { body: JSON.stringify(body), contentType: 'application/json' }
}
