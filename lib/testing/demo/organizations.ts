import type { Country } from './calendar'

/** What `npm run demo` shows, or what the browser tests need, in seconds. */
export type DemoSize = 'full' | 'small'

export type DemoRole = 'owner' | 'admin' | 'billing' | 'member'

/** A repository that people work in, and the language of most of it. */
export type Project = { readonly name: string; readonly language: string; readonly weight: number }

type Weighted<T> = { readonly weight: number; readonly item: T }

/** What is laid down about an organization; everything else is drawn. */
export type OrganizationSpec = {
  readonly slug: string
  readonly name: string
  /** Reserved for examples (RFC 2606): nobody's mail. */
  readonly domain: string
  readonly timeZone: string
  readonly countries: readonly Weighted<Country>[]
  /** Members are here today, leavers are gone; contractors and robots never belonged. */
  readonly people: Readonly<Record<DemoSize, { members: number; leavers: number; contractors: number; robots: number }>>
  readonly roles: Readonly<Record<DemoSize, { owner: number; admin: number; billing: number }>>
  readonly projects: readonly Project[]
  readonly ownModel: string
  /** How many of its people send with the organization's key instead of one of their own. */
  readonly organizationKeyShare: number
  /** Requests that someone in the middle makes on a full working day. */
  readonly requestsPerDay: number
  /** How often someone in the middle works with AI on a working day. */
  readonly attendance: number
}

const fewRoles = { owner: 1, admin: 1, billing: 1 }

/** The three organizations: a studio, a manufacturer, and a company of many who each do a little. All invented. */
export const organizationSpecs: readonly OrganizationSpec[] = [
  {
    slug: 'saffron-kite',
    name: 'Saffron Kite',
    domain: 'saffron-kite.example',
    timeZone: 'Asia/Kolkata',
    countries: [{ weight: 1, item: 'IN' }],
    people: {
      full: { members: 8, leavers: 2, contractors: 0, robots: 0 },
      small: { members: 4, leavers: 0, contractors: 0, robots: 0 },
    },
    roles: { full: fewRoles, small: fewRoles },
    projects: [
      { name: 'kite-app', language: 'dart', weight: 52 },
      { name: 'kite-api', language: 'typescript', weight: 27 },
      { name: 'client-portal', language: 'typescript', weight: 12 },
      { name: 'studio-site', language: 'css', weight: 6 },
    ],
    ownModel: 'kite-mini-3b',
    organizationKeyShare: 0,
    requestsPerDay: 58,
    attendance: 0.9,
  },
  {
    slug: 'acme-robotics',
    name: 'Acme Robotics',
    domain: 'acme-robotics.example',
    timeZone: 'Europe/Berlin',
    countries: [
      { weight: 70, item: 'DE' },
      { weight: 16, item: 'PL' },
      { weight: 10, item: 'GB' },
      { weight: 4, item: 'IN' },
    ],
    people: {
      full: { members: 60, leavers: 7, contractors: 1, robots: 1 },
      small: { members: 8, leavers: 1, contractors: 0, robots: 1 },
    },
    roles: { full: { owner: 1, admin: 2, billing: 1 }, small: fewRoles },
    projects: [
      { name: 'robot-arm-firmware', language: 'cpp', weight: 54 },
      { name: 'fleet-console', language: 'typescript', weight: 22 },
      { name: 'perception', language: 'python', weight: 17 },
      { name: 'motion-planner', language: 'rust', weight: 11 },
      { name: 'infra-terraform', language: 'hcl', weight: 6 },
      { name: 'simulator', language: 'cpp', weight: 4 },
      { name: 'docs', language: 'markdown', weight: 2 },
    ],
    ownModel: 'acme-coder-7b',
    organizationKeyShare: 0.04,
    requestsPerDay: 34,
    attendance: 0.82,
  },
  {
    slug: 'quillhaven',
    name: 'Quillhaven Freight',
    domain: 'quillhaven.example',
    timeZone: 'America/New_York',
    countries: [
      { weight: 78, item: 'US' },
      { weight: 12, item: 'IN' },
      { weight: 6, item: 'GB' },
      { weight: 4, item: 'PL' },
    ],
    people: {
      full: { members: 400, leavers: 38, contractors: 4, robots: 2 },
      small: { members: 12, leavers: 1, contractors: 1, robots: 1 },
    },
    roles: { full: { owner: 2, admin: 5, billing: 3 }, small: fewRoles },
    projects: [
      { name: 'shipment-tracker', language: 'java', weight: 50 },
      { name: 'carrier-gateway', language: 'go', weight: 17 },
      { name: 'customer-portal', language: 'typescript', weight: 13 },
      { name: 'billing-engine', language: 'kotlin', weight: 10 },
      { name: 'warehouse-mobile', language: 'swift', weight: 7 },
      { name: 'route-optimizer', language: 'python', weight: 6 },
      { name: 'data-pipelines', language: 'sql', weight: 5 },
      { name: 'edi-bridge', language: 'csharp', weight: 3 },
      { name: 'terraform-live', language: 'hcl', weight: 2 },
      { name: 'design-system', language: 'typescript', weight: 2 },
      { name: 'developer-docs', language: 'markdown', weight: 1 },
    ],
    ownModel: 'quill-coder-14b',
    organizationKeyShare: 0.3,
    requestsPerDay: 7.5,
    attendance: 0.58,
  },
]
