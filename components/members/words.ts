import { type Role, roles } from '@/db/enums'
import { formatCount } from '@/components/ui/format'

/** What the roles are called. */
export const roleNames: Record<Role, string> = { owner: 'Owner', admin: 'Admin', billing: 'Billing manager', member: 'Member' }

const plurals: Record<Role, [one: string, many: string]> = {
  owner: ['owner', 'owners'],
  admin: ['admin', 'admins'],
  billing: ['billing manager', 'billing managers'],
  member: ['member', 'members'],
}

/** How many have each role, the strongest first, leaving out those that nobody has: `2 owners`, `4 admins`, `46 members`. */
export function describeRoles(counts: Readonly<Record<Role, number>>): string[] {
  return roles
    .filter((role) => counts[role] > 0)
    .map((role) => `${formatCount(counts[role])}\u00a0${plurals[role][counts[role] === 1 ? 0 : 1]}`)
}
