import type { Adapter } from './adapter'
import { claudeCode } from './claude-code'

/** The tools whose telemetry is counted; a record goes to the first one that matches. */
export const adapters: readonly Adapter[] = [claudeCode]

/** Every attribute that any adapter reads: the allow-list of decode, in both encodings. */
export const keptAttributes: ReadonlySet<string> = new Set(adapters.flatMap((adapter) => adapter.attributes))
