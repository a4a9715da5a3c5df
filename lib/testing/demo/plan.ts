import { dayInZone, isHoliday, isWeekend, isoDay, weekdayOf, type Country, type DayNumber } from './calendar'
import { inventHabit, type Habit } from './habits'
import { inventName } from './names'
import { organizationSpecs, type DemoRole, type DemoSize, type OrganizationSpec, type Project } from './organizations'
import { hashText, itemAt, Random } from './random'

/** Someone who works: a member, a contractor whom only an e-mail in the telemetry names, or a robot without any name. */
export type DemoPerson = {
  /** Their number among those of the organization. */
  readonly index: number
  readonly name: string
  /** Null for a robot, which nobody is. */
  readonly email: string | null
  /** Null for who isn't a member. */
  readonly role: DemoRole | null
  /** Whether they belong to another organization too, under the same e-mail. */
  readonly isGuest: boolean
  readonly country: Country
  readonly joinedOn: DayNumber
  /** The first day on which they are gone; null for who is still here. */
  readonly leftOn: DayNumber | null
  /** Whether their telemetry comes with the organization's key, and names them by e-mail. */
  readonly isOnOrganizationKey: boolean
  readonly habit: Habit
}

export type DemoOrganization = {
  readonly index: number
  readonly slug: string
  readonly name: string
  readonly timeZone: string
  readonly projects: readonly Project[]
  /** A model that the organization serves itself; no catalog knows its price. */
  readonly ownModel: string
  /** What Claude Code calls the vendor's organization. */
  readonly vendorId: string
  readonly firstDay: DayNumber
  readonly lastDay: DayNumber
  readonly people: readonly DemoPerson[]
}

/** A provider that failed most of what it was asked, for some hours. */
export type Outage = { readonly provider: string; readonly startMs: number; readonly endMs: number }

/** Everything that the demo's history follows from: a pure function of seed, size and the instant at which it ends. */
export type DemoPlan = {
  readonly seed: number
  readonly size: DemoSize
  /** The present: no event is later. */
  readonly today: Date
  readonly organizations: readonly DemoOrganization[]
  readonly outages: readonly Outage[]
}

/** The seed of the demo that `npm run demo` shows. */
export const demoSeed = 20_231_116

/** How many days of history a demo has, the current one included. */
export const daysBySize = { full: 400, small: 45 } as const satisfies Record<DemoSize, number>

/** Draws organizations, people, their habits and the events that befall all of them. */
export function planDemo({ seed, today, size }: { seed: number; today: Date; size: DemoSize }): DemoPlan {
  const consultants = planConsultants(seed)
  return {
    seed,
    size,
    today,
    organizations: organizationSpecs.map((spec, index) => planOrganization({ seed, today, size, spec, index, consultants })),
    outages: planOutages(today),
  }
}

type Consultant = { readonly name: string; readonly email: string; readonly country: Country; readonly slugs: readonly string[] }

/** Three people who belong to two organizations each, under one e-mail. */
function planConsultants(seed: number): Consultant[] {
  const random = new Random(seed, hashText('consultants'))
  const taken = new Set<string>()
  const places: { country: Country; slugs: string[] }[] = [
    { country: 'GB', slugs: ['saffron-kite', 'acme-robotics'] },
    { country: 'DE', slugs: ['acme-robotics', 'quillhaven'] },
    { country: 'US', slugs: ['acme-robotics', 'quillhaven'] },
  ]
  return places.map(({ country, slugs }) => ({
    ...inventName(random, country, 'oakbridge-consulting.example', taken),
    country,
    slugs,
  }))
}

function planOrganization({
  seed,
  today,
  size,
  spec,
  index,
  consultants,
}: {
  seed: number
  today: Date
  size: DemoSize
  spec: OrganizationSpec
  index: number
  consultants: readonly Consultant[]
}): DemoOrganization {
  const lastDay = dayInZone(today, spec.timeZone)
  const firstDay = lastDay - daysBySize[size] + 1
  return {
    index,
    slug: spec.slug,
    name: spec.name,
    timeZone: spec.timeZone,
    projects: spec.projects,
    ownModel: spec.ownModel,
    vendorId: vendorIdOf(new Random(seed, hashText(spec.slug), hashText('vendor'))),
    firstDay,
    lastDay,
    people: planPeople({ seed, size, spec, firstDay, lastDay, consultants }),
  }
}

function planPeople({
  seed,
  size,
  spec,
  firstDay,
  lastDay,
  consultants,
}: {
  seed: number
  size: DemoSize
  spec: OrganizationSpec
  firstDay: DayNumber
  lastDay: DayNumber
  consultants: readonly Consultant[]
}): DemoPerson[] {
  const counts = spec.people[size]
  const roles = listRoles(counts.members, spec.roles[size])
  const taken = new Set<string>()
  const ours = consultants.filter((consultant) => consultant.slugs.includes(spec.slug))
  const total = counts.members + counts.leavers + counts.contractors + counts.robots
  return Array.from({ length: total }, (_, index): DemoPerson => {
    const random = new Random(seed, hashText(spec.slug), index)
    const kind = kindAt(index, counts)
    const role = kind === 'member' ? itemAt(roles, index) : kind === 'leaver' ? 'member' : null
    // Consultants are the last of the members, and never the only plain one.
    const consultant =
      kind === 'member' && role === 'member' && roles[index - 1] === 'member' ? ours[counts.members - 1 - index] : undefined
    const country = consultant?.country ?? random.pickWeighted(spec.countries)
    const domain = kind === 'contractor' ? 'brightwater-labs.example' : spec.domain
    const named = consultant ?? inventName(random, country, domain, taken)
    const stay = planStay({ random, kind, role, firstDay, lastDay })
    return {
      index,
      name: kind === 'robot' ? 'Nightly review' : named.name,
      email: kind === 'robot' ? null : named.email,
      role,
      isGuest: consultant !== undefined,
      country,
      ...stay,
      // Whoever has a say has a key of their own; so have most others.
      isOnOrganizationKey: role === null || (role === 'member' && random.chance(spec.organizationKeyShare)),
      habit: inventHabit({
        random,
        spec,
        size,
        role,
        isRobot: kind === 'robot',
        isGuest: consultant !== undefined,
        firstDay,
        lastDay,
      }),
    }
  })
}

type Kind = 'member' | 'leaver' | 'contractor' | 'robot'

function kindAt(index: number, counts: OrganizationSpec['people'][DemoSize]): Kind {
  if (index < counts.members) return 'member'
  if (index < counts.members + counts.leavers) return 'leaver'
  return index < counts.members + counts.leavers + counts.contractors ? 'contractor' : 'robot'
}

function listRoles(memberCount: number, counts: { owner: number; admin: number; billing: number }): DemoRole[] {
  return Array.from({ length: memberCount }, (_, index): DemoRole => {
    if (index < counts.owner) return 'owner'
    if (index < counts.owner + counts.admin) return 'admin'
    return index < counts.owner + counts.admin + counts.billing ? 'billing' : 'member'
  })
}

/** A third is there from the first weeks; the others join along the way, the last of them days ago. */
function planStay({
  random,
  kind,
  role,
  firstDay,
  lastDay,
}: {
  random: Random
  kind: Kind
  role: DemoRole | null
  firstDay: DayNumber
  lastDay: DayNumber
}): { joinedOn: DayNumber; leftOn: DayNumber | null } {
  const length = lastDay - firstDay
  if (role === 'owner') return { joinedOn: firstDay, leftOn: null }
  const isEarly = role === 'admin' || role === 'billing' || random.chance(0.36)
  const share = isEarly ? random.fraction() * 0.035 : 0.035 + 0.955 * random.fraction() ** 1.2
  const joinedOn = workdayFrom(firstDay + Math.floor(length * share))
  if (kind !== 'leaver') return { joinedOn: Math.min(joinedOn, lastDay), leftOn: null }
  const early = workdayFrom(firstDay + Math.floor(length * share * 0.5))
  const leftOn = Math.floor(early + (lastDay - 6 - early) * (0.25 + 0.75 * random.fraction()))
  return { joinedOn: early, leftOn: Math.max(leftOn, early + 1) }
}

function workdayFrom(day: DayNumber): DayNumber {
  return isWeekend(day) ? workdayFrom(day + 1) : day
}

/** Two bad days: Anthropic's nine days ago or so, in the middle of a working week, and one of OpenAI's in spring. */
function planOutages(today: Date): Outage[] {
  const todayDay = dayInZone(today, 'UTC')
  return [
    outageOn(midweekBefore(todayDay - 8), 'anthropic', { startHour: 8.4, endHour: 17.2 }),
    outageOn(midweekBefore(todayDay - 171), 'openai', { startHour: 12.1, endHour: 16.6 }),
  ]
}

function outageOn(day: DayNumber, provider: string, { startHour, endHour }: { startHour: number; endHour: number }): Outage {
  const start = Date.parse(isoDay(day))
  return { provider, startMs: start + startHour * 3_600_000, endMs: start + endHour * 3_600_000 }
}

function midweekBefore(day: DayNumber): DayNumber {
  const weekday = weekdayOf(day)
  const isQuiet = weekday < 2 || weekday > 4 || isHoliday(day, 'US') || isHoliday(day, 'DE') || isHoliday(day, 'IN')
  return isQuiet ? midweekBefore(day - 1) : day
}

function vendorIdOf(random: Random): string {
  const hex = Array.from({ length: 4 }, () => random.next().toString(16).padStart(8, '0')).join('')
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-a$4-$5').slice(0, 36)
}
