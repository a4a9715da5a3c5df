import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import postgres from 'postgres'
import type { TestProject } from 'vitest/node'
import { ensureEmbedded } from '@/db/embedded'
import { migrate } from '@/db/migrate'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The address of the test server's `template_outlay` database, as its owner. */
    templateUrl: string
  }
}

/** Starts one real PostgreSQL for the run and migrates a template, from which every test file copies a database of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'outlay-test-'))
  const server = await ensureEmbedded({ dataDir: join(folder, 'postgres'), port: 0 })
  const admin = postgres(server.url, { max: 1, onnotice: () => {} })
  await admin`create database template_outlay`
  await admin.end()
  const templateUrl = new URL(server.url)
  templateUrl.pathname = '/template_outlay'
  await migrate(templateUrl.href)
  project.provide('templateUrl', templateUrl.href)
  return async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}
