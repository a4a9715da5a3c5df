import { and, eq, isNull, ne } from 'drizzle-orm'
import { accounts, memberships, users } from '@/db/schema'
import type { Context } from '@/lib/access/scope'
import { AppError, assert } from '@/lib/errors'
import { createId } from '@/lib/ids'
import { canonicalEmail, displayName, signInProblems, verifiedEmail } from './account'
import type { AccountClaims, User } from './account'
import { findUserByEmail, findUserOfAccount, userColumns } from './queries'

/**
 * Lets the holder of a provider's account in, and answers who it is. A known account is its user, whatever its e-mail says today.
 * An unknown one becomes the user with that verified e-mail, else a new user. Memberships get the time; nothing else of an
 * organization changes.
 */
export async function signInUser(context: Context, claims: AccountClaims, policy: { trustsUnstated: boolean }): Promise<User> {
  return context.db.transaction(async (db) => {
    const inside = { ...context, db }
    const known = await findUserOfAccount(inside, claims)
    const user = known ? await followProvider(inside, known, claims, policy) : await linkAccount(inside, claims, policy)
    await db
      .update(memberships)
      .set({ lastSignInAt: context.now })
      .where(and(eq(memberships.userId, user.userId), isNull(memberships.removedAt)))
    return user
  })
}

/**
 * The user with that address, made if there is none: for people who are added before they first sign in. The address is
 * believed, so callers are the operator's commands, never a form.
 */
export async function ensureUser(context: Context, person: { email: string; name: string | null }): Promise<User> {
  const email = canonicalEmail(person.email)
  if (email === null) {
    throw new AppError('invalid', `${JSON.stringify(person.email)} is not an e-mail address that can be used.`, {
      email: 'Enter an address like name@example.com.',
    })
  }
  const created = { userId: createId(context.now), email, name: displayName(person.name, email) }
  await context.db
    .insert(users)
    .values({ ...created, createdAt: context.now })
    .onConflictDoNothing()
  const user = await findUserByEmail(context, email)
  assert(user, 'a user who was just ensured exists')
  return user
}

/** Makes an unknown account one of the user with its verified e-mail, or of a new user. */
async function linkAccount(context: Context, claims: AccountClaims, policy: { trustsUnstated: boolean }): Promise<User> {
  const email = verifiedEmail(claims, policy)
  const user = await ensureUser(context, { email, name: claims.name })
  // Held until the end, so that two first sign-ins with one address are decided one after the other.
  await context.db.select({ userId: users.userId }).from(users).where(eq(users.userId, user.userId)).for('update')
  const [account] = await context.db
    .select({ subject: accounts.subject })
    .from(accounts)
    .where(and(eq(accounts.userId, user.userId), eq(accounts.issuer, claims.issuer)))
    .orderBy(accounts.subject)
    .limit(1)
  // Another account of the same provider had this address before: a successor who got a leaver's address is not the leaver.
  if (account && account.subject !== claims.subject) throw new AppError('conflict', signInProblems.conflict)
  await context.db
    .insert(accounts)
    .values({ issuer: claims.issuer, subject: claims.subject, userId: user.userId, createdAt: context.now })
    .onConflictDoNothing()
  const owner = await findUserOfAccount(context, claims)
  assert(owner, 'an account that was just linked has a user')
  return owner
}

/** Takes over a new name or a new verified e-mail from the provider, unless another user has that address. */
async function followProvider(
  context: Context,
  user: User,
  claims: AccountClaims,
  policy: { trustsUnstated: boolean },
): Promise<User> {
  const email = await followedEmail(context, user, claims, policy)
  const name = claims.name === null ? user.name : displayName(claims.name, email)
  if (email === user.email && name === user.name) return user
  const [changed] = await context.db
    .update(users)
    .set({ email, name })
    .where(eq(users.userId, user.userId))
    .returning(userColumns)
  assert(changed, 'the user of an account exists')
  return changed
}

async function followedEmail(
  context: Context,
  user: User,
  claims: AccountClaims,
  policy: { trustsUnstated: boolean },
): Promise<string> {
  const email = claims.email === null ? null : canonicalEmail(claims.email)
  if (email === null || !(claims.isEmailVerified ?? policy.trustsUnstated)) return user.email
  const [other] = await context.db
    .select({ userId: users.userId })
    .from(users)
    .where(and(eq(users.email, email), ne(users.userId, user.userId)))
    .limit(1)
  return other ? user.email : email
}
