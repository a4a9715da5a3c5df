import { sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { useDatabase } from '@/lib/testing/harness'

// What the migrations made, read from the catalog of a migrated database: half of them are written by hand, and no type says
// what stands.

const database = useDatabase()

/** Tables without an organization: people who sign in, over all of them. */
const globalTables = ['accounts', 'users']

/** Unique over all organizations, and small: what is looked up before the organization is known. */
const globallyUnique = ['accounts', 'key_hashes', 'organizations', 'users']

type Constraint = { table: string; name: string; columns: string[]; target: string | null; targetColumns: string[] | null }

async function listTables(): Promise<{ name: string; columns: string[] }[]> {
  const rows = await database.owner.execute<{ name: string; columns: string[] }>(sql`
    select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    group by c.relname order by c.relname`)
  return [...rows]
}

async function listConstraints(kinds: string): Promise<Constraint[]> {
  const rows = await database.owner.execute<Constraint>(sql`
    select c.relname as table, k.conname as name, t.relname as target,
      (select array_agg(a.attname::text order by i.n) from unnest(k.conkey) with ordinality i(num, n)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = i.num) as columns,
      (select array_agg(a.attname::text order by i.n) from unnest(k.confkey) with ordinality i(num, n)
        join pg_attribute a on a.attrelid = k.confrelid and a.attnum = i.num) as "targetColumns"
    from pg_constraint k join pg_class c on c.oid = k.conrelid left join pg_class t on t.oid = k.confrelid
    where c.relnamespace = 'public'::regnamespace and not c.relispartition and ${kinds}::text like '%' || k.contype::text || '%'
    order by c.relname, k.conname`)
  return [...rows]
}

describe('every table', () => {
  it('belongs to organizations, or stands on the short list of global ones', async () => {
    const tables = await listTables()
    expect(tables.length).toBeGreaterThan(20)
    const without = tables.filter(({ columns }) => !columns.includes('org_id')).map(({ name }) => name)
    expect(without).toEqual(globalTables)
  })

  it('has the organization first in its keys, so that it can be distributed by it', async () => {
    const keys = (await listConstraints('pu')).filter(({ table }) => !globallyUnique.includes(table))
    expect(keys.length).toBeGreaterThan(20)
    expect(keys.filter(({ columns }) => columns[0] !== 'org_id')).toEqual([])
  })

  it('that points to a row of an organization points to it within the same one', async () => {
    const foreign = await listConstraints('f')
    expect(foreign.length).toBeGreaterThan(8)
    const across = foreign.filter(
      ({ target, columns, targetColumns }) =>
        !globalTables.includes(target ?? '') && (columns[0] !== 'org_id' || targetColumns?.[0] !== 'org_id'),
    )
    expect(across).toEqual([])
  })

  it('gets its ids from the application: no sequences, no triggers', async () => {
    const sequences = await database.owner.execute(
      sql`select relname from pg_class where relkind = 'S' and relnamespace = 'public'::regnamespace`,
    )
    const triggers = await database.owner.execute(sql`select tgname from pg_trigger where not tgisinternal`)
    expect([...sequences, ...triggers]).toEqual([])
  })
})

describe('events', () => {
  it('are partitioned by month of their time, without a gap, from before the retention to three months ahead', async () => {
    const rows = await database.owner.execute<{ name: string; from: string; to: string }>(sql`
      select c.relname as name, m[1] as from, m[2] as to
      from pg_inherits i join pg_class c on c.oid = i.inhrelid,
        regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \\(''([0-9-]+) .*TO \\(''([0-9-]+) ') m
      where i.inhparent = 'usage_events'::regclass order by c.relname`)
    const partitions = [...rows]
    expect(partitions.length).toBeGreaterThanOrEqual(26 + 1 + 3)
    expect(partitions.slice(1).map(({ from }) => from)).toEqual(partitions.slice(0, -1).map(({ to }) => to))
    const ahead = new Date()
    ahead.setUTCMonth(ahead.getUTCMonth() + 3, 1)
    expect(partitions.at(-1)?.from).toBe(ahead.toISOString().slice(0, 10))
  })

  it('have one index, their primary key, by which a resend is known and an hour is read', async () => {
    const rows = await database.owner.execute<{ definition: string }>(
      sql`select pg_get_indexdef(indexrelid) as definition from pg_index where indrelid = 'usage_events'::regclass`,
    )
    expect([...rows]).toEqual([{ definition: expect.stringContaining('(org_id, occurred_at, event_id)') }])
  })
})

describe('the application', () => {
  it('runs as a role that owns nothing and may make nothing', async () => {
    const [session] = await database.db.execute<{ role: string; can_create: boolean }>(
      sql`select current_user as role, has_schema_privilege('public', 'create') as can_create`,
    )
    expect(session).toEqual({ role: 'outlay_app', can_create: false })
    const owned = await database.owner.execute(
      sql`select relname from pg_class where relowner = (select oid from pg_roles where rolname = 'outlay_app')`,
    )
    expect([...owned]).toEqual([])
    const [role] = await database.owner.execute<{ rolsuper: boolean; rolbypassrls: boolean; rolcreaterole: boolean }>(
      sql`select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = 'outlay_app'`,
    )
    expect(role).toEqual({ rolsuper: false, rolbypassrls: false, rolcreaterole: false })
  })

  it('may read and write rows, and change or remove no entry of the audit log', async () => {
    const rows = await database.owner.execute<{ name: string; granted: string }>(sql`
      select c.relname as name, string_agg(g.privilege_type, ' ' order by g.privilege_type) as granted
      from pg_class c, aclexplode(c.relacl) g join pg_roles r on r.oid = g.grantee
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and r.rolname = 'outlay_app'
      group by c.relname`)
    const granted = new Map(rows.map((row) => [row.name, row.granted]))
    const tables = await listTables()
    const everything = 'DELETE INSERT SELECT UPDATE'
    const expected = new Map(tables.map(({ name }) => [name, everything]))
    expect(granted).toEqual(expected.set('audit_entries', 'INSERT SELECT').set('audit_heads', 'INSERT SELECT UPDATE'))
  })

  it('reaches partitions through their parent alone, and nobody else has a way in', async () => {
    const partitions = await database.owner.execute<{ name: string }>(
      sql`select inhrelid::regclass::text as name from pg_inherits where inhparent = 'usage_events'::regclass`,
    )
    for (const { name } of partitions.slice(0, 3)) {
      await expect(database.db.execute(sql.raw(`select 1 from ${name}`))).rejects.toMatchObject({ cause: { code: '42501' } })
    }
    expect(await database.db.execute(sql`select 1 from usage_events where org_id = 0`)).toHaveLength(0)
    const everybody = await database.owner.execute(sql`
      select c.relname from pg_class c, aclexplode(c.relacl) g
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'S') and g.grantee = 0`)
    expect([...everybody]).toEqual([])
  })

  it.each([
    'update audit_entries set action = action',
    'delete from audit_entries',
    'truncate audit_entries',
    'delete from audit_heads',
    'drop table audit_entries',
    'alter table audit_entries drop column hash',
    'create table mine (id int)',
    'truncate usage_events',
  ])('is refused: %s', async (statement) => {
    await expect(database.db.execute(sql.raw(statement))).rejects.toMatchObject({ cause: { code: '42501' } })
  })
})
