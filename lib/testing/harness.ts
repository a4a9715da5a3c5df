import { randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { afterAll, beforeAll, inject } from 'vitest'
import { openDatabase } from '@/db/client'
import type { Database } from '@/db/client'
import type { Context } from '@/lib/access/scope'

/** A database of a test file's own: the application's handle, and the owner's for what the application may not do. */
export type TestDatabase = {
  url: string
  db: Database
  owner: Database
  /** A context at an instant; each test says its own time. */
  at: (now: Date | string) => Context
}

/** Gives the test file a fresh, migrated database, dropped when the file is done. */
export function useDatabase(): TestDatabase {
  const templateUrl = inject('templateUrl')
  const name = `test_${randomBytes(6).toString('hex')}`
  const url = new URL(templateUrl)
  url.pathname = `/${name}`
  const application = openDatabase(url.href, { max: 10 })
  const owner = openDatabase(url.href, { max: 4, as: 'owner' })
  beforeAll(() => onServer(templateUrl, `create database ${name} template template_outlay`))
  afterAll(async () => {
    await application.close()
    await owner.close()
    await onServer(templateUrl, `drop database if exists ${name} with (force)`)
  })
  return {
    url: url.href,
    db: application.db,
    owner: owner.db,
    at: (now) => ({ db: application.db, now: new Date(now), origin: null }),
  }
}

async function onServer(templateUrl: string, statement: string): Promise<void> {
  const url = new URL(templateUrl)
  url.pathname = '/postgres'
  const admin = postgres(url.href, { max: 1, onnotice: () => {} })
  try {
    // Copies of one template wait for each other.
    await admin`select pg_advisory_lock(1)`
    await admin.unsafe(statement)
  } finally {
    await admin.end()
  }
}
