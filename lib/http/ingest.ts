import { isDatabaseAway, isRetryable } from '@/db/errors'
import type { Scope } from '@/lib/access/scope'
import { AppError } from '@/lib/errors'
import { BodyRefused, readBody } from './body'
import { requireKeyScope } from './route'

/** The body of an answer and its content type. */
type Answer = { body: string | Uint8Array<ArrayBuffer>; contentType: string }

/**
 * What one ingest route does with a body, in steps that this door takes in order: nothing is recorded before all of the body
 * is read, and `record` is called once.
 */
export type IngestDoor<Format, Report, Outcome> = {
  /** The content types that the route takes, for the sentence that refuses another. */
  contentTypes: readonly string[]
  /** The format that the content type names, or null for one that the route does not take. */
  formatOf(contentType: string): Format | null
  /** Bytes to a report, without a database. Throws AppError: *invalid* for a malformed body, *limit_reached* for one that holds too much. */
  read(bytes: Uint8Array, format: Format): Report
  record(scope: Scope<'usage:ingest'>, report: Report): Promise<Outcome>
  /** The answer to a request that was taken, in the sender's format. */
  accepted(outcome: Outcome, format: Format): Answer
  /** The answer to a request that was not; the format is null when the sender's is unknown. */
  refused(status: number, message: string, format: Format | null): Answer
}

/** After how many seconds a sender should try again when this server cannot take the request now. */
const retryAfterSeconds = 5

/**
 * How many requests a route takes in at once. More than the database's connections can work on would only wait in memory, until
 * their senders gave up on them and sent them again.
 */
export const inFlightMax = 64

/**
 * A route that takes usage in. Senders retry 503 and give up on any other failure, so that is what they get whenever the same
 * request may succeed later, and never when it can't.
 */
export function ingestRoute<Format, Report, Outcome>(
  door: IngestDoor<Format, Report, Outcome>,
): (request: Request) => Promise<Response> {
  let inFlight = 0
  return async (request) => {
    const format = door.formatOf(request.headers.get('content-type') ?? '')
    try {
      const scope = await requireKeyScope(request, 'usage:ingest')
      if (format === null) throw new BodyRefused(415, `Send the body as ${door.contentTypes.join(' or ')}.`)
      if (inFlight >= inFlightMax) throw new TooBusy()
      inFlight += 1
      try {
        const report = door.read(await readBody(request), format)
        const answer = door.accepted(await door.record(scope, report), format)
        return new Response(answer.body, { status: 200, headers: { 'content-type': answer.contentType } })
      } finally {
        inFlight -= 1
      }
    } catch (error) {
      const { status, message } = refusalOf(error)
      const answer = door.refused(status, message, format)
      return new Response(answer.body, { status, headers: { 'content-type': answer.contentType, ...headersOf(status) } })
    }
  }
}

/** More requests are being taken in than this server can work on. */
class TooBusy extends Error {
  override readonly name = 'TooBusy'
}

function refusalOf(error: unknown): { status: number; message: string } {
  if (error instanceof BodyRefused) return { status: error.status, message: error.message }
  if (error instanceof AppError) return { status: statusOf(error), message: error.message }
  if (error instanceof TooBusy) return { status: 503, message: 'Too many requests are being taken in. Send this one again.' }
  if (isDatabaseAway(error) || isRetryable(error))
    return { status: 503, message: 'The database cannot take this now. Send it again: nothing is counted twice.' }
  throw error
}

function statusOf(error: AppError): number {
  switch (error.code) {
    case 'unauthenticated':
      return 401
    case 'forbidden':
    case 'not_found':
      return 403
    case 'limit_reached':
      return 413
    case 'invalid':
    case 'conflict':
      return 400
  }
}

function headersOf(status: number): Record<string, string> {
  if (status === 503) return { 'retry-after': String(retryAfterSeconds) }
  if (status === 401) return { 'www-authenticate': 'Bearer' }
  return status === 415 ? { 'accept-encoding': 'gzip' } : {}
}
