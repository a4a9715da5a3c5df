import { liveDay } from './activity'
import type { DemoSession } from './conversation'
import { encodeOldSession, encodeSession, isOldShape } from './otlp'
import type { DemoOrganization, DemoPerson, DemoPlan } from './plan'
import { Random } from './random'
import { encodeLines } from './usage-events'

/** A body that a tool sends with one key: a person's, or the organization's when `person` is null. */
export type DemoBatch = {
  readonly organization: DemoOrganization
  readonly person: DemoPerson | null
  readonly kind: 'otlp' | 'usage-events'
  readonly contentType: 'application/x-protobuf' | 'application/json' | 'application/x-ndjson'
  readonly bytes: Uint8Array
  /** How many requests it holds. */
  readonly count: number
  /** How much of the history is written once this batch is, from 0 to 1. */
  readonly progress: number
  /** Whether everything up to some day is out with this one, so that no later batch touches those days again. */
  readonly isLastOfSpan: boolean
}

/** From how many requests on a batch is sent; a session is never torn apart. */
const requestsPerBatch = 500

/** After how many days whatever waits is sent: bounds memory, and lets who counts begin with what is complete. */
const daysPerSpan = 80

/**
 * The whole history as bodies of telemetry and usage events, day by day. A key's batch is sent when it is full, so that who
 * does little sends their requests of some months at once, as an import would. Every person and day has draws of its own:
 * the same plan gives the same bytes.
 */
export function* generateBatches(plan: DemoPlan): Generator<DemoBatch> {
  const random = new Random()
  const outbox = new Outbox()
  const dayCount = Math.max(...plan.organizations.map(({ firstDay, lastDay }) => lastDay - firstDay + 1))
  for (let index = 0; index < dayCount; index += 1) {
    const progress = (index + 1) / dayCount
    for (const organization of plan.organizations) {
      const day = organization.firstDay + index
      for (const person of organization.people) {
        random.restart(plan.seed, organization.index, person.index, day)
        for (const session of liveDay(plan, organization, person, day, random)) {
          const waiting = outbox.add(organization, person, session)
          if (waiting.count >= requestsPerBatch) yield { ...waiting.take(), progress, isLastOfSpan: false }
        }
      }
    }
    if ((index + 1) % daysPerSpan === 0 || index + 1 === dayCount) yield* outbox.takeAll(progress)
  }
}

type Body = Omit<DemoBatch, 'progress' | 'isLastOfSpan'>

type ContentType = DemoBatch['contentType']

/** What waits to be sent, by key and kind of body. */
class Outbox {
  private readonly waiting = new Map<string, Waiting>()

  add(organization: DemoOrganization, person: DemoPerson, session: DemoSession): Waiting {
    const contentType = contentTypeOf(session)
    const sender = person.isOnOrganizationKey ? null : person
    const key = `${organization.index}/${sender?.index ?? ''}/${contentType}`
    let waiting = this.waiting.get(key)
    if (!waiting) {
      waiting = new Waiting(organization, sender, contentType)
      this.waiting.set(key, waiting)
    }
    waiting.add(person, session)
    return waiting
  }

  *takeAll(progress: number): Generator<DemoBatch> {
    const bodies = [...this.waiting.values()].filter(({ count }) => count > 0)
    for (const [index, waiting] of bodies.entries()) {
      yield { ...waiting.take(), progress, isLastOfSpan: index === bodies.length - 1 }
    }
  }
}

class Waiting {
  count = 0
  private messages: Buffer[] = []
  private texts: string[] = []

  constructor(
    private readonly organization: DemoOrganization,
    private readonly person: DemoPerson | null,
    private readonly contentType: ContentType,
  ) {}

  add(person: DemoPerson, session: DemoSession): void {
    switch (this.contentType) {
      case 'application/x-protobuf':
        this.messages.push(encodeSession(this.organization, person, session))
        break
      case 'application/json':
        this.texts.push(encodeOldSession(this.organization, person, session))
        break
      case 'application/x-ndjson':
        this.texts.push(encodeLines(person, session))
        break
    }
    this.count += session.requests.length
  }

  take(): Body {
    const { organization, person, contentType, count } = this
    const kind = contentType === 'application/x-ndjson' ? 'usage-events' : 'otlp'
    const body = { organization, person, kind, contentType, bytes: this.join(), count } as const
    this.count = 0
    this.messages = []
    this.texts = []
    return body
  }

  private join(): Uint8Array {
    switch (this.contentType) {
      case 'application/x-protobuf':
        return Buffer.concat(this.messages)
      case 'application/json':
        return Buffer.from(`{"resourceLogs":[${this.texts.join(',')}]}`)
      case 'application/x-ndjson':
        return Buffer.from(this.texts.join(''))
    }
  }
}

function contentTypeOf(session: DemoSession): ContentType {
  if (session.tool !== 'claude-code') return 'application/x-ndjson'
  return isOldShape(session) ? 'application/json' : 'application/x-protobuf'
}
