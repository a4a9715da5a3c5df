import { dayStartMs, isHoliday, isWeekend, weekdayShare, type DayNumber } from './calendar'
import { Conversation, outageAt, type DemoSession, type Situation } from './conversation'
import { otherTool, type Habit } from './habits'
import { modelLines, modelOf, versionOf, type ModelLine, type Tool } from './models'
import type { DemoOrganization, DemoPerson, DemoPlan } from './plan'
import type { Random } from './random'
import { drawContext, drawGenerated } from './trace'

/** What someone does on one day: nothing, on most weekends, holidays and vacations. In no particular order. */
export function liveDay(
  plan: DemoPlan,
  organization: DemoOrganization,
  person: DemoPerson,
  day: DayNumber,
  random: Random,
): DemoSession[] {
  if (day < person.joinedOn || (person.leftOn !== null && day >= person.leftOn)) return []
  const amount = amountOf(organization, person, day, random)
  if (amount === 0) return []
  const dayStart = dayStartMs(day, organization.timeZone)
  const situation = {
    plan,
    organization,
    person,
    random,
    agoDays: organization.lastDay - day,
    endMs: Math.min(dayStart + 86_340_000, plan.today.getTime()),
  }
  const sessions: DemoSession[] = []
  for (let left = amount; left > 0;) {
    const length = Math.min(left, 1 + Math.floor(random.logNormal(person.habit.sessionLength, 0.8)))
    left -= length
    const session = liveSession({ ...situation, startMs: dayStart + timeOfDayMs(person.habit, random) }, length)
    if (session && session.requests.length > 0) sessions.push(session)
  }
  return sessions
}

/** How many requests the day brings, before it ends early or fails. */
function amountOf(organization: DemoOrganization, person: DemoPerson, day: DayNumber, random: Random): number {
  const { habit } = person
  const isFree = isWeekend(day) || isHoliday(day, person.country) || habit.vacations.has(day)
  const presence = isFree ? habit.weekendShare * (habit.vacations.has(day) ? 0.3 : 1) : habit.attendance
  if (!random.chance(presence)) return 0
  const stayedDays = day - person.joinedOn
  const learned = Math.min(1, 0.35 + stayedDays / 60)
  // The tools get better and the habit spreads: half as much a year ago as today, in long waves rather than a line.
  const progress = (day - organization.firstDay) / 400
  const season = (0.52 + 0.48 * progress) * (1 + 0.06 * Math.sin(day / 9 + organization.index * 2) + 0.04 * Math.sin(day / 23))
  const size = organization.lastDay - organization.firstDay < 100 ? 1 : season
  return Math.round(random.logNormal(habit.requestsPerDay * learned * size * weekdayShare(day) * (isFree ? 0.6 : 1), 0.5))
}

/** Mornings and afternoons, some evenings; robots at night. */
function timeOfDayMs(habit: Habit, random: Random): number {
  if (habit.isNightly) return (1.5 + random.fraction() * 2.5) * 3_600_000
  const kind = random.fraction()
  const [center, spread] =
    kind < habit.eveningShare ? [20.6, 1.1] : kind < 0.52 + habit.eveningShare / 2 ? [10.3, 1.2] : [14.9, 1.6]
  const hour = center + (kind < habit.eveningShare ? 0 : habit.shiftHours) + spread * random.normal()
  return Math.max(5.2, Math.min(23.4, hour)) * 3_600_000
}

function liveSession(situation: Situation, length: number): DemoSession | null {
  const { plan, person, random, agoDays, startMs } = situation
  const { habit } = person
  const wanted = random.pickWeighted(habit.toolWeights)
  const isAway = outageAt(plan, providerOf(wanted), startMs) !== null
  const reaction = isAway ? random.fraction() : 1
  // Who reads of an outage waits, or takes another tool; the rest try.
  if (reaction < 0.5) return null
  const tool = reaction < 0.62 ? otherTool(random, wanted) : wanted
  const project = random.pickWeighted(habit.projects)
  const isOld = tool === 'claude-code' && habit.keepsOldVersion && agoDays > 300
  const session: DemoSession = {
    tool,
    client:
      tool === 'claude-code' && random.chance(0.88)
        ? habit.client
        : tool === 'claude-code'
          ? habit.otherClient
          : habit.client === 'ide'
            ? 'ide'
            : 'cli',
    version: isOld ? '2.0.60' : versionOf(tool, agoDays, habit.updateLagDays),
    project,
    language: project && random.chance(habit.languageShare) ? project.language : '',
    entropy: [random.next(), random.next(), random.next(), random.next()],
    requests: [],
  }
  if (tool === 'claude-code') liveClaudeSession(situation, session, length)
  else liveOtherSession(situation, session, length)
  return session
}

function liveClaudeSession(situation: Situation, session: DemoSession, length: number): void {
  const { person, random, agoDays } = situation
  const { habit } = person
  const line = random.chance(habit.haikuShare)
    ? modelLines.haiku
    : random.chance(habit.opusShare)
      ? modelLines.opus
      : modelLines.sonnet
  const model = modelOf(line, agoDays, habit.adoptionLagDays)
  const conversation = new Conversation(situation, session)
  const systemTokens = 14_000 + random.below(9_000)
  if (random.chance(0.5)) {
    // A title for the session, by the smallest model.
    const haiku = modelOf(modelLines.haiku, agoDays, 0)
    conversation.request({
      model: haiku,
      provider: 'anthropic',
      purpose: 'auxiliary',
      uncached: 120 + drawContext(random, 1),
      cacheRead: 0,
      cacheWrite: 0,
      output: 8 + drawGenerated(random, 1),
    })
  }
  let context = systemTokens
  // Others of the same organization have just sent the same instructions: half of the time they are in the cache already.
  let cached = random.chance(0.5) ? systemTokens : 0
  for (let count = 0; count < length && !conversation.isOver; count += 1) {
    const read = Math.round(habit.appetite * drawContext(random, 1 + random.below(5)))
    const written = Math.round(habit.appetite * drawGenerated(random, piecesOf(random)))
    const uncached = 3 + random.below(9)
    const isMissed = random.chance(0.035)
    const cacheRead = isMissed ? 0 : cached
    conversation.request({
      model,
      provider: 'anthropic',
      purpose: 'main',
      uncached,
      cacheRead,
      cacheWrite: context - cacheRead + read,
      output: written,
    })
    context += read + written
    cached = context - written
    if (context > habit.contextTokensMax) {
      context = systemTokens + 6_000 + random.below(14_000)
      cached = systemTokens
    }
    if (random.chance(habit.subagentShare / 3)) {
      count += liveSubagent(situation, conversation, model)
    }
  }
}

/** A helper reads around with a small context of its own, and answers how many requests it made. */
function liveSubagent({ random, agoDays }: Situation, conversation: Conversation, mainModel: string): number {
  const length = 2 + random.below(9)
  const model = random.chance(0.6) ? modelOf(modelLines.haiku, agoDays, 0) : mainModel
  let context = 6_000 + random.below(5_000)
  let cached = 0
  for (let count = 0; count < length && !conversation.isOver; count += 1) {
    const read = drawContext(random, 1 + random.below(3))
    const written = drawGenerated(random, 1 + random.below(8))
    conversation.request({
      model,
      provider: 'anthropic',
      purpose: 'subagent',
      uncached: 3 + random.below(9),
      cacheRead: cached,
      cacheWrite: context - cached + read,
      output: written,
    })
    context += read + written
    cached = context - written
  }
  return length
}

function liveOtherSession(situation: Situation, session: DemoSession, length: number): void {
  const { organization, person, random, agoDays } = situation
  const { habit } = person
  const { main, small } = linesOf(session.tool)
  const isOwn = session.tool === 'opencode' && random.chance(habit.ownModelShare)
  const model = isOwn ? organization.ownModel : modelOf(main, agoDays, habit.adoptionLagDays)
  const provider = isOwn ? 'internal' : main.provider
  const conversation = new Conversation(situation, session)
  const systemTokens = 9_000 + random.below(6_000)
  let context = systemTokens
  let cached = random.chance(0.4) ? systemTokens : 0
  for (let count = 0; count < length && !conversation.isOver; count += 1) {
    if (small && random.chance(0.12)) {
      conversation.request({
        model: modelOf(small, agoDays, 0),
        provider,
        purpose: 'auxiliary',
        uncached: 200 + drawContext(random, 1),
        cacheRead: 0,
        cacheWrite: 0,
        output: drawGenerated(random, 2),
      })
      continue
    }
    const read = Math.round(habit.appetite * drawContext(random, 1 + random.below(5)))
    const written = Math.round(habit.appetite * drawGenerated(random, piecesOf(random)))
    // These vendors cache by themselves, in whole blocks, and charge nothing for writing.
    const cacheRead = isOwn || random.chance(0.12) ? 0 : cached - (cached % 128)
    const reasoning = isOwn ? 0 : Math.floor(written * random.fraction() * 0.7)
    conversation.request({
      model,
      provider,
      purpose: 'main',
      uncached: context - cacheRead + read,
      cacheRead,
      cacheWrite: 0,
      output: written,
      reasoning,
    })
    context += read + written
    cached = context - written
    if (context > habit.contextTokensMax) {
      context = systemTokens + 5_000 + random.below(12_000)
      cached = systemTokens
    }
  }
}

/** How many pieces of the trace an agent's answer is as long as: mostly a few, sometimes a whole file. */
function piecesOf(random: Random): number {
  return Math.min(160, 1 + Math.floor(random.logNormal(12, 1)))
}

function linesOf(tool: Tool): { main: ModelLine; small: ModelLine | null } {
  switch (tool) {
    case 'claude-code':
      return { main: modelLines.sonnet, small: modelLines.haiku }
    case 'codex':
      return { main: modelLines.codex, small: modelLines.codexSmall }
    case 'gemini-cli':
      return { main: modelLines.gemini, small: modelLines.geminiSmall }
    case 'opencode':
      return { main: modelLines.grok, small: null }
  }
}

function providerOf(tool: Tool): string {
  return linesOf(tool).main.provider
}
