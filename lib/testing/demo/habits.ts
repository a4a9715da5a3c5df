import { isWeekend, weekdayOf, type DayNumber } from './calendar'
import { tools, type Tool } from './models'
import type { DemoRole, DemoSize, OrganizationSpec, Project } from './organizations'
import { itemAt, type Random } from './random'

/** With what someone reaches a tool. */
export type Client = 'cli' | 'ide' | 'desktop'

/** How someone works: what makes one person cost forty times another. */
export type Habit = {
  readonly requestsPerDay: number
  /** How often they use AI at all on a working day. */
  readonly attendance: number
  readonly weekendShare: number
  /** Requests of a session in the middle. */
  readonly sessionLength: number
  /** How much they let a tool read and write per request, against others. */
  readonly appetite: number
  /** At what context size they start afresh. */
  readonly contextTokensMax: number
  readonly opusShare: number
  readonly haikuShare: number
  readonly subagentShare: number
  /** Whether their cache is kept for an hour, which costs more to write. */
  readonly hasLongCache: boolean
  readonly toolWeights: readonly { readonly weight: number; readonly item: Tool }[]
  readonly ownModelShare: number
  readonly client: Client
  readonly otherClient: Client
  readonly projects: readonly { readonly weight: number; readonly item: Project | null }[]
  /** Hours by which their day is later than the organization's. */
  readonly shiftHours: number
  readonly eveningShare: number
  readonly isNightly: boolean
  readonly adoptionLagDays: number
  readonly updateLagDays: number
  /** Whether they stay on Claude Code 2.0.60, whose records are all text, until they replace their machine. */
  readonly keepsOldVersion: boolean
  readonly languageShare: number
  readonly vacations: ReadonlySet<DayNumber>
  /** What stands for them in what their tools send. */
  readonly installationId: string
  readonly accountId: string
}

const activityBySize = { full: 1, small: 0.37 } as const satisfies Record<DemoSize, number>

/** Draws the habits of one person. */
export function inventHabit({
  random,
  spec,
  size,
  role,
  isRobot,
  isGuest,
  firstDay,
  lastDay,
}: {
  random: Random
  spec: OrganizationSpec
  size: DemoSize
  role: DemoRole | null
  isRobot: boolean
  isGuest: boolean
  firstDay: DayNumber
  lastDay: DayNumber
}): Habit {
  const devotion = role === 'billing' ? 0.12 : role === 'owner' ? 0.6 : isGuest ? 0.45 : 1
  const client = isRobot ? 'cli' : random.pickWeighted(clientWeights)
  return {
    requestsPerDay: isRobot
      ? spec.requestsPerDay * 2
      : Math.min(600, random.logNormal(spec.requestsPerDay * devotion * activityBySize[size], 0.85)),
    attendance: isRobot
      ? 0.97
      : Math.min(0.97, spec.attendance * (role === 'billing' ? 0.2 : isGuest ? 0.5 : 1) * random.logNormal(1, 0.28)),
    weekendShare: isRobot ? 0.9 : Math.min(0.7, random.logNormal(0.045, 1.1)),
    sessionLength: Math.min(60, random.logNormal(11, 0.5)),
    appetite: random.logNormal(1, 0.35),
    contextTokensMax: Math.min(196_000, random.logNormal(150_000, 0.3)),
    opusShare: isRobot ? 0 : random.fraction() ** 1.25,
    haikuShare: isRobot ? 0.55 : 0.06 * random.fraction(),
    subagentShare: random.chance(0.4) ? 0.03 + 0.3 * random.fraction() ** 2 : 0,
    hasLongCache: random.chance(0.14),
    toolWeights: isRobot ? [{ weight: 1, item: 'claude-code' }] : inventTools(random),
    ownModelShare: random.chance(0.4) ? random.fraction() : 0,
    client,
    otherClient: isRobot ? 'cli' : random.pickWeighted(clientWeights),
    projects: inventProjects(random, spec.projects),
    shiftHours: random.normal() * 0.8 + (random.chance(0.08) ? 3 : 0),
    eveningShare: random.fraction() ** 3 * 0.45,
    isNightly: isRobot,
    adoptionLagDays: Math.min(90, random.logNormal(10, 0.95)),
    updateLagDays: random.below(26),
    keepsOldVersion: !isRobot && random.chance(0.24),
    languageShare: 0.3 + 0.5 * random.fraction(),
    vacations: isRobot ? new Set() : planVacations(random, firstDay, lastDay),
    installationId: hexOf(random, 64),
    accountId: hexOf(random, 24),
  }
}

const clientWeights: readonly { weight: number; item: Client }[] = [
  { weight: 56, item: 'cli' },
  { weight: 33, item: 'ide' },
  { weight: 11, item: 'desktop' },
]

/** Two in three swear by one tool and try another now and then. */
function inventTools(random: Random): Habit['toolWeights'] {
  const main = random.pickWeighted<Tool>([
    { weight: 70, item: 'claude-code' },
    { weight: 17, item: 'codex' },
    { weight: 9, item: 'gemini-cli' },
    { weight: 4, item: 'opencode' },
  ])
  const loyalty = 2 + random.below(20)
  return tools.map((item) => ({ item, weight: item === main ? loyalty : random.chance(0.25) ? random.fraction() : 0.02 }))
}

/** One to four projects each, in the organization's proportions, the first taking most of their time. */
function inventProjects(random: Random, projects: readonly Project[]): Habit['projects'] {
  const count = Math.min(projects.length, 1 + random.below(4))
  const weighted = projects.map((project) => ({ weight: project.weight, item: project }))
  const chosen = new Map<string, { weight: number; item: Project | null }>()
  for (let round = 0; round < count; round += 1) {
    const project = random.pickWeighted(weighted)
    if (!chosen.has(project.name)) chosen.set(project.name, { weight: 0.62 ** chosen.size, item: project })
  }
  return [...chosen.values(), { weight: 0.06, item: null }]
}

/** Two weeks in summer, one at some time, and for most the days between the years. */
function planVacations(random: Random, firstDay: DayNumber, lastDay: DayNumber): Set<DayNumber> {
  const days = new Set<DayNumber>()
  const addWeeks = (start: DayNumber, weeks: number) => {
    for (let day = start; day < start + weeks * 7; day += 1) if (!isWeekend(day)) days.add(day)
  }
  const monday = (day: DayNumber) => day - ((weekdayOf(day) + 6) % 7)
  const firstYear = new Date(firstDay * 86_400_000).getUTCFullYear()
  const lastYear = new Date(lastDay * 86_400_000).getUTCFullYear()
  for (let year = firstYear; year <= lastYear; year += 1) {
    addWeeks(monday(Date.UTC(year, 6, 1 + random.below(52)) / 86_400_000), 2)
    addWeeks(monday(Date.UTC(year, 0, 10 + random.below(160)) / 86_400_000), 1)
    if (random.chance(0.86)) addWeeks(Date.UTC(year, 11, 22) / 86_400_000, random.chance(0.6) ? 1.6 : 2)
  }
  return days
}

/** So many hexadecimal digits. */
function hexOf(random: Random, length: number): string {
  let text = ''
  while (text.length < length) text += random.next().toString(16).padStart(8, '0')
  return text.slice(0, length)
}

/** The tool that someone takes when theirs is away. */
export function otherTool(random: Random, tool: Tool): Tool {
  const others = tools.filter((other) => other !== tool)
  return itemAt(others, random.below(2))
}
