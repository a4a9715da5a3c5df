import { readFileSync } from 'node:fs'
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { openDatabase } from '@/db/client'
import { costKinds, nameKinds, outcomes } from '@/db/enums'
import { localDayAt } from '@/lib/time'
import { readManifest } from './sign-in'

/** A stored request, with its names and its person read one by one: what a page must add up to. */
export type StoredRequest = {
  /** The organization's own day on which it happened. */
  day: string
  isOk: boolean
  isPriced: boolean
  costNanos: bigint
  inputTokens: number
  cacheReadTokens: number
  outputTokens: number
  model: string
  project: string
  /** Whom it counts as: a person, or an identity that is nobody's yet; null for usage without any identity. */
  counted: string | null
  name: string | null
  email: string | null
}

/** The figures that a row of a table shows. */
export type Figures = {
  spendNanos: bigint
  unpriced: number
  requests: number
  inputTokens: number
  cacheReadTokens: number
  outputTokens: number
}

type StoredRow = {
  at_ms: number
  outcome: number
  cost_kind: number
  cost_nanos: string
  uncached_tokens: number
  cache_read_tokens: number
  cache_write_5m_tokens: number
  cache_write_1h_tokens: number
  output_tokens: number
  identity_id: number
  person_id: string | null
  name: string | null
  email: string | null
  model: string | null
  project: string | null
}

/** An organization of the demo as it is stored: its zone, its own day now, and every request. No rollup takes part. */
export async function readStored(slug: string): Promise<{ timeZone: string; today: string; requests: StoredRequest[] }> {
  const { db, close } = openDatabase(readManifest().databaseUrl, { max: 1, name: 'outlay e2e' })
  try {
    const [organization] = await db.execute<{ org_id: string; time_zone: string }>(
      sql`select org_id::text, time_zone from organizations where slug = ${slug}`,
    )
    if (!organization) throw new Error(`There is no organization ${slug}.`)
    const { org_id: orgId, time_zone: timeZone } = organization
    const rows = await db.execute<StoredRow>(sql`
      select (extract(epoch from e.occurred_at) * 1000)::float8 as at_ms, e.outcome, e.cost_kind, e.cost_nanos::text,
        e.uncached_tokens, e.cache_read_tokens, e.cache_write_5m_tokens, e.cache_write_1h_tokens, e.output_tokens,
        e.identity_id, i.person_id::text, u.name, u.email, m.value as model, p.value as project
      from usage_events e
      left join identities i on i.org_id = e.org_id and i.identity_id = e.identity_id
      left join people on people.org_id = e.org_id and people.person_id = i.person_id
      left join users u on u.user_id = people.user_id
      left join names m on m.org_id = e.org_id and m.kind = ${nameKinds.model} and m.name_id = e.model_id
      left join names p on p.org_id = e.org_id and p.kind = ${nameKinds.project} and p.name_id = e.project_id
      where e.org_id = ${orgId}::bigint`)
    return { timeZone, today: localDayAt(new Date(), timeZone), requests: rows.map((row) => readRow(row, timeZone)) }
  } finally {
    await close()
  }
}

function readRow(row: StoredRow, timeZone: string): StoredRequest {
  return {
    day: localDayAt(new Date(row.at_ms), timeZone),
    isOk: row.outcome === outcomes.ok,
    isPriced: row.cost_kind !== costKinds.unpriced,
    costNanos: BigInt(row.cost_nanos),
    inputTokens: row.uncached_tokens + row.cache_read_tokens + row.cache_write_5m_tokens + row.cache_write_1h_tokens,
    cacheReadTokens: row.cache_read_tokens,
    outputTokens: row.output_tokens,
    model: row.model ?? '',
    project: row.project ?? '',
    counted: row.identity_id === 0 ? null : (row.person_id ?? `identity ${row.identity_id}`),
    name: row.name,
    email: row.email,
  }
}

/** Adds requests up, one by one. */
export function addUp(requests: readonly StoredRequest[]): Figures {
  const sum: Figures = { spendNanos: 0n, unpriced: 0, requests: 0, inputTokens: 0, cacheReadTokens: 0, outputTokens: 0 }
  for (const request of requests) {
    // Spend is whatever was paid, for failed requests too; a request that failed is not one of the requests.
    if (request.isPriced) sum.spendNanos += request.costNanos
    else sum.unpriced += 1
    if (request.isOk) sum.requests += 1
    sum.inputTokens += request.inputTokens
    sum.cacheReadTokens += request.cacheReadTokens
    sum.outputTokens += request.outputTokens
  }
  return sum
}

/** The distinct people with a successful request. */
export function countPeople(requests: readonly StoredRequest[]): number {
  return new Set(requests.flatMap(({ isOk, counted }) => (isOk && counted !== null ? [counted] : []))).size
}

/** Requests by a key of theirs. */
export function groupBy(
  requests: readonly StoredRequest[],
  keyOf: (request: StoredRequest) => string,
): Map<string, StoredRequest[]> {
  const groups = new Map<string, StoredRequest[]>()
  for (const request of requests) {
    const key = keyOf(request)
    const group = groups.get(key)
    if (group) group.push(request)
    else groups.set(key, [request])
  }
  return groups
}

const Tools = z.object({
  address: z.string(),
  cronSecret: z.string(),
  organizations: z.array(z.object({ slug: z.string(), ingestKey: z.string() })),
})

function readTools(): z.infer<typeof Tools> {
  return Tools.parse(JSON.parse(readFileSync(process.env.E2E_MANIFEST ?? '', 'utf8')))
}

/** The key with which scripts send an organization's usage. */
export function ingestKeyOf(slug: string): string {
  const organization = readTools().organizations.find((candidate) => candidate.slug === slug)
  if (!organization) throw new Error(`There is no organization ${slug}.`)
  return organization.ingestKey
}

/** Rolls up what was received, as the scheduler does every minute. */
export async function rollUpNow(): Promise<void> {
  const { address, cronSecret } = readTools()
  const response = await fetch(`${address}/api/cron/minute`, { headers: { authorization: `Bearer ${cronSecret}` } })
  if (response.status !== 200) throw new Error(`The cron route answered ${response.status}.`)
}
