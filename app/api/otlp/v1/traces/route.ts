import { ingestRoute } from '@/lib/http/ingest'
import { acceptedAnswer, contentTypes, encodingOf, refusedAnswer } from '@/lib/telemetry/answer'
import { recordReport } from '@/lib/telemetry/commands'
import { readTraces } from '@/lib/telemetry/read'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

/** OTLP/HTTP traces. */
export const POST = ingestRoute({
  contentTypes: Object.values(contentTypes),
  formatOf: encodingOf,
  read: readTraces,
  record: recordReport,
  accepted: (rejections, encoding) => acceptedAnswer('traces', encoding, rejections),
  // A sender of neither encoding gets the one that a person can read.
  refused: (status, message, encoding) => refusedAnswer(encoding ?? 'json', status, message),
})
