import type { Scope } from '@/lib/access/scope'
import { recordRejections, recordRequests, touchKey } from '@/lib/usage/commands'
import type { Rejection } from '@/lib/usage/request'
import type { Report } from './read'

/**
 * Stores what a body of telemetry came to, and answers every refusal in it. Refusals are counted, and the
 * key's use noted, after the requests are stored: if that fails the sender tries again, which is harmless.
 */
export async function recordReport(scope: Scope<'usage:ingest'>, report: Report): Promise<Rejection[]> {
  const verdicts = report.requests.length === 0 ? [] : await recordRequests(scope, report.requests)
  const refused = verdicts.flatMap((verdict) => (verdict.status === 'rejected' ? [verdict.rejection] : []))
  const rejections = [...report.rejections, ...refused]
  if (rejections.length > 0) await recordRejections(scope, rejections)
  await touchKey(scope)
  return rejections
}
