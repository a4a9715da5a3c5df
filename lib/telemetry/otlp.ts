import { AppError } from '@/lib/errors'

/** The encodings of OTLP/HTTP; an answer is always in the sender's. */
export type Encoding = 'protobuf' | 'json'

/** The three kinds of OTLP request. */
export type Signal = 'logs' | 'traces' | 'metrics'

/**
 * The value of a kept attribute, the same from both encodings. Lists, maps and bytes don't exist past decode: no tool counts by
 * them, and prompts hide in them. A whole number too large for a double is rounded, and is far past every limit.
 */
export type AttributeValue = string | number | boolean

export type Attributes = ReadonlyMap<string, AttributeValue>

/** A time as sent, in whole epoch milliseconds (truncated); null when the record has none. */
export type RecordTime = number | 'unreadable' | null

/** A log record as both encodings decode it. Its body is never read. */
export type LogRecord = {
  scopeName: string
  /** The attributes of the resource that sent the record, such as `service.name`. */
  resource: Attributes
  attributes: Attributes
  timeMs: RecordTime
  observedTimeMs: RecordTime
}

/** Limits of one OTLP request, beside the sizes of its body. */
export const otlpLimits = {
  /** Ten times what a 16 MiB body of real records holds; guards memory against bodies of empty records. */
  recordsPerRequestMax: 100_000,
} as const

/** A body that is not what its content type says. The sentence is for the sender, and never holds the payload's text. */
export class MalformedBody extends AppError {
  constructor(message: string) {
    super('invalid', message)
  }
}

/** The value of an attribute: the record's own, else its resource's (Claude Code 2.0 does not copy these onto records). */
export function attributeOf(record: LogRecord, name: string): AttributeValue | undefined {
  return record.attributes.get(name) ?? record.resource.get(name)
}

/** Counts the records of one request, and refuses the request that holds more than the limit. */
export class RecordCounter {
  private count = 0

  add(): void {
    this.count += 1
    if (this.count > otlpLimits.recordsPerRequestMax)
      throw new AppError(
        'limit_reached',
        `One request may hold ${otlpLimits.recordsPerRequestMax} records. Lower the batch size of the exporter.`,
      )
  }
}
