/** The closed lists that stand in the database as small integers or checked text; shared by every room. */

export const roles = ['owner', 'admin', 'billing', 'member'] as const
export type Role = (typeof roles)[number]

/** What an ingest or API key may do. */
export const keyScopes = ['usage:ingest', 'usage:read', 'gateway:use'] as const
export type KeyScope = (typeof keyScopes)[number]

/** Whose usage a member sees: their own, totals without people, or everything. */
export const memberVisibilities = ['self', 'totals', 'all'] as const
export type MemberVisibility = (typeof memberVisibilities)[number]

/** Kinds of names in an organization's dictionaries, as stored; the numbers are forever. */
export const nameKinds = {
  model: 1,
  provider: 2,
  client: 3,
  client_version: 4,
  project: 5,
  language: 6,
  mode: 7,
  tier: 8,
  source: 9,
  profile: 10,
  price_version: 11,
} as const
export type NameKind = keyof typeof nameKinds

/** The id of an absent name, and the id under which names past a dictionary's cap are stored; real ids start above. */
export const unknownNameId = 0
export const otherNameId = 1

/** How a request's cost is known, as stored; the numbers are forever. */
export const costKinds = { metered: 1, estimated: 2, unpriced: 3 } as const

/** How a request ended, as stored; the numbers are forever. */
export const outcomes = { ok: 1, failed: 2 } as const

/** By which way a request came, as stored beside its key; the numbers are forever. */
export const requestPaths = { telemetry: 1, api: 2 } as const

/** The generation of sealed day rows, whose events are past retention; live generations start at 1. */
export const sealedGeneration = 0

/** The id that stands for "all of them" in the dashboard's counted groups. */
export const allNamesId = -1
