import { costKinds, outcomes } from '@/db/enums'

/** The dimensions of the hour cube, after organization, generation and hour: every other rollup groups by some of them. */
export const cubeDimensions = [
  'identity_id',
  'profile_id',
  'model_id',
  'provider_id',
  'client_id',
  'project_id',
  'language_id',
  'mode_id',
  'tier_id',
  'settles',
] as const

/** The additive measures and how each is made from events (`domain.md`: what counts as a request, what is spend). */
const measuresFromEvents = {
  requests: `count(*) filter (where e.outcome = ${outcomes.ok})`,
  failed_requests: `count(*) filter (where e.outcome = ${outcomes.failed})`,
  priced_requests: `count(*) filter (where e.outcome = ${outcomes.ok} and e.cost_kind <> ${costKinds.unpriced})`,
  unpriced_requests: `count(*) filter (where e.cost_kind = ${costKinds.unpriced})`,
  uncached_tokens: 'sum(e.uncached_tokens)',
  cache_read_tokens: 'sum(e.cache_read_tokens)',
  cache_write_tokens: 'sum(e.cache_write_5m_tokens::bigint + e.cache_write_1h_tokens)',
  output_tokens: 'sum(e.output_tokens)',
  reasoning_tokens: 'sum(e.reasoning_tokens)',
  metered_nanos: `coalesce(sum(e.cost_nanos) filter (where e.cost_kind = ${costKinds.metered}), 0)::bigint`,
  estimated_nanos: `coalesce(sum(e.cost_nanos) filter (where e.cost_kind = ${costKinds.estimated}), 0)::bigint`,
  priced_nanos: `coalesce(sum(e.cost_nanos) filter (where e.outcome = ${outcomes.ok} and e.cost_kind <> ${costKinds.unpriced}), 0)::bigint`,
  credits_microcredits: 'coalesce(sum(e.credits_microcredits), 0)::bigint',
} as const

export const measureNames = Object.keys(measuresFromEvents)

/** The measures as a select list over events `e`. */
export const measuresOfEvents = Object.entries(measuresFromEvents)
  .map(([name, expression]) => `${expression} as ${name}`)
  .join(', ')

/** The measures as a select list that sums a rollup `alias`. */
export function sumOfMeasures(alias: string): string {
  return measureNames.map((name) => `sum(${alias}.${name})::bigint as ${name}`).join(', ')
}

/** A rollup by local day: its key after organization and generation, and whether it counts distinct people. */
export type DayTable = { name: string; keys: readonly string[]; isCounted: boolean }

/** Every table that is rebuilt per touched day, or per touched day and identity where an identity is part of its key. */
export const dayTables: readonly DayTable[] = [
  { name: 'days', keys: ['day'], isCounted: true },
  { name: 'day_models', keys: ['day', 'model_id'], isCounted: true },
  { name: 'day_projects', keys: ['day', 'project_id'], isCounted: true },
  { name: 'day_languages', keys: ['day', 'language_id'], isCounted: true },
  { name: 'day_providers', keys: ['day', 'provider_id'], isCounted: true },
  { name: 'day_clients', keys: ['day', 'client_id', 'tier_id'], isCounted: true },
  { name: 'day_identities', keys: ['day', 'identity_id'], isCounted: false },
  { name: 'identity_days', keys: ['identity_id', 'day', 'model_id', 'client_id', 'project_id'], isCounted: false },
]

/** The columns of a counted table beside its measures: distinct people, and the identities that they were counted from. */
export const countedNames = ['users', 'identities']

/**
 * Distinct people and their identities over cube-grained rows `s` with a `person`: those with at least one successful request;
 * usage without identity is nobody.
 */
export const countedOfCube = [
  'count(distinct s.person) filter (where s.requests > 0 and s.identity_id > 0)::int as users',
  'identity_bits(array_agg(distinct s.identity_id) filter (where s.requests > 0 and s.identity_id > 0)) as identities',
].join(', ')

/** Whom each identity counts as: its person, or itself while it maps to nobody. `$org` is the parameter of the organization. */
export function peopleOfIdentities(org: string): string {
  return `select identity_id, coalesce(person_id::text, identity_id::text) as person from identities where org_id = ${org}`
}

/**
 * Makes a rollup table equal to a fresh selection within a slice of it, writing only the rows that differ: rows that are gone are removed, changed ones
 * updated, new ones inserted. `not in` rather than `not exists`: of a hashed set the planner needs no estimate, and its estimate here is wrong. Answers common table expressions for a `with`; `fresh` must have the table's columns but organization and generation.
 */
export function replaceRows(options: {
  table: string
  keys: readonly string[]
  values: readonly string[]
  /** Name of the expression with the fresh rows. */
  fresh: string
  /** Condition on the table as `t` that tells which of its rows the fresh ones replace. */
  slice: string
  org: string
  generation: string
  /** What the two expressions answer of each written row. */
  returning?: string
}): string {
  const { table, keys, values, fresh, slice, org, generation } = options
  const columns = [...keys, ...values]
  const returning = options.returning ? `returning ${options.returning}` : ''
  return `
${table}_gone as (
  delete from ${table} t
  where t.org_id = ${org} and t.generation = ${generation} and ${slice}
    and (${keys.map((key) => `t.${key}`).join(', ')}) not in (select ${keys.join(', ')} from ${fresh})
  ${returning}
),
${table}_put as (
  insert into ${table} as t (org_id, generation, ${columns.join(', ')})
  select ${org}, ${generation}, ${columns.join(', ')} from ${fresh}
  on conflict (org_id, generation, ${keys.join(', ')}) do update set ${values.map((name) => `${name} = excluded.${name}`).join(', ')}
  where (${values.map((name) => `t.${name}`).join(', ')}) is distinct from (${values.map((name) => `excluded.${name}`).join(', ')})
  ${returning}
)`
}
