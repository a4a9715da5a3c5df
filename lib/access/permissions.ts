import type { KeyScope, MemberVisibility, Role } from '@/db/enums'

const everyone = ['owner', 'admin', 'billing', 'member'] as const
const managers = ['owner', 'admin'] as const

/** Who may do what: the one table, read aloud. It decides on the server and explains on the screen. */
const table = {
  'org:read': { roles: everyone, denial: 'Only members can see this organization.' },
  'models:read': { roles: everyone, denial: 'Only members can see the models.' },
  'modes:read': { roles: everyone, denial: 'Only members can see the modes.' },
  'me:read': { roles: everyone, denial: 'Only members have usage of their own here.' },
  'me:manage': { roles: everyone, denial: 'Only members can manage their own keys and profile.' },
  'members:read': { roles: everyone, denial: 'Only members can see who else is here.' },
  'members:manage': { roles: managers, denial: 'Ask an owner or admin to change members, roles or groups.' },
  'owners:manage': { roles: ['owner'], denial: 'Only an owner can make or demote an owner.' },
  'org:delete': { roles: ['owner'], denial: 'Only an owner can delete the organization.' },
  'sso:manage': { roles: ['owner'], denial: 'Only an owner can set up single sign-on.' },
  'settings:manage': { roles: managers, denial: 'Ask an owner or admin to change the settings.' },
  'models:manage': { roles: managers, denial: 'Ask an owner or admin to change which models are allowed.' },
  'modes:manage': { roles: managers, denial: 'Ask an owner or admin to change the custom modes.' },
  'keys:manage': { roles: managers, denial: "Ask an owner or admin to manage the organization's keys." },
  'exports:read': { roles: managers, denial: 'Ask an owner or admin for an export.' },
  'audit:read': { roles: managers, denial: 'Only owners and admins can read the audit log.' },
  'limits:manage': { roles: managers, denial: 'Ask an owner or admin to change limits.' },
  'usage:read': {
    roles: ['owner', 'admin', 'billing'],
    denial: "The organization's usage is shown to owners, admins and billing managers.",
  },
  'people:read': { roles: managers, denial: 'Usage by person is shown to owners and admins.' },
  'billing:read': { roles: ['owner', 'admin', 'billing'], denial: 'Billing is shown to owners, admins and billing managers.' },
  'billing:manage': {
    roles: ['owner', 'billing'],
    denial: 'Ask an owner or billing manager to change plans, seats or payments.',
  },
  'assignments:manage': { roles: managers, denial: 'Ask an owner or admin to assign tiers.' },
} as const satisfies Record<string, { roles: readonly Role[]; denial: string }>

export type Permission = keyof typeof table

/** A permission and what it implies: `X:manage` implies `X:read`. */
export type Implied<P extends Permission | KeyScope> = P extends `${infer Noun}:manage`
  ? P | Extract<`${Noun}:read`, Permission>
  : P

/** What members get beyond the table by the organization's member visibility. */
const byVisibility: Record<MemberVisibility, readonly Permission[]> = {
  self: [],
  // Totals go with a minimum cohort, which issue D enforces in the queries; until then they show what *self* shows.
  totals: [],
  all: ['usage:read', 'people:read'],
}

/** Whether a role may do something in an organization with this member visibility. */
export function may(role: Role, permission: Permission, visibility: MemberVisibility): boolean {
  const allowed: readonly Role[] = table[permission].roles
  return allowed.includes(role) || (role === 'member' && byVisibility[visibility].includes(permission))
}

/** The sentence for someone who may not, which says whom to ask. */
export function denial(permission: Permission): string {
  return table[permission].denial
}
