import 'server-only'
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto'
import { headers } from 'next/headers'
import type { Database } from '@/db/client'
import type { Context } from '@/lib/access/scope'
import { env } from '@/lib/env'
import { AppError } from '@/lib/errors'
import { applicationDatabase, ownerDatabase } from './database'

/** What a page or an action knows before it knows who and where: the database, the time, and where the request came from. */
export async function requestContext(): Promise<Context> {
  return contextOf(await headers())
}

/** The same for a route, from the request itself. */
export function contextOf(source: Headers): Context {
  return {
    db: applicationDatabase(),
    now: new Date(),
    origin: {
      requestId: randomUUID(),
      // The address that the server saw is not in the headers, and what is there anyone can write: issue C decides whom to believe.
      ip: null,
      userAgent: source.get('user-agent')?.slice(0, 300) ?? null,
    },
  }
}

/** The context of a cron run, for whoever holds CRON_SECRET; *unauthenticated* for anyone else, in development too. */
export function cronContext(request: Request): Context & { owner: Database } {
  const secret = env().CRON_SECRET
  const presented = /^Bearer (.+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
  if (!secret || !presented || !isSame(secret, presented)) {
    throw new AppError('unauthenticated', 'Cron routes open with "Authorization: Bearer" and the value of CRON_SECRET.')
  }
  return { db: applicationDatabase(), owner: ownerDatabase(), now: new Date(), origin: null }
}

/** Compares secrets in a time that tells nothing: by their digests, which have one length. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
