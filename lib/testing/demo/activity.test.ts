import { describe, expect, test } from 'vitest'
import { liveDay } from './activity'
import type { DemoRequest, DemoSession } from './conversation'
import { dayInZone, isoDay, weekdayOf } from './calendar'
import { launchAgoDays, priceChangeAgoDays } from './models'
import { planDemo } from './plan'
import { Random } from './random'

const today = new Date('2026-11-20T11:00:00Z')
const plan = planDemo({ seed: 1, today, size: 'full' })
const acme = plan.organizations[1]
if (!acme) throw new Error('the plan has a second organization')

type Lived = { day: number; agoDays: number; person: number; session: DemoSession; request: DemoRequest }
const lived: Lived[] = []
const random = new Random()
for (let day = acme.firstDay; day <= acme.lastDay; day += 1) {
  for (const person of acme.people) {
    const sessions = liveDay(plan, acme, person, day, random.restart(plan.seed, acme.index, person.index, day))
    for (const session of sessions) {
      for (const request of session.requests)
        lived.push({ day, agoDays: acme.lastDay - day, person: person.index, session, request })
    }
  }
}

const share = (all: readonly Lived[], which: (one: Lived) => boolean) => all.filter(which).length / all.length
const costPerToken = (all: readonly Lived[]) => {
  const tokens = all.reduce(
    (sum, { request: { output, cacheWrite5m, cacheRead } }) => sum + output * 5 + cacheWrite5m * 1.25 + cacheRead * 0.1,
    0,
  )
  return all.reduce((sum, { request }) => sum + (request.costNanos ?? 0), 0) / tokens
}

describe('a history', () => {
  test('is of a size that fills in minutes', () => {
    expect(lived.length).toBeGreaterThan(300_000)
    expect(lived.length).toBeLessThan(560_000)
  })

  test('rests on weekends and between the years, and grows over the year', () => {
    const perWeekday = [0, 1, 2, 3, 4, 5, 6].map((weekday) => lived.filter(({ day }) => weekdayOf(day) === weekday).length)
    const [sunday = 0, , tuesday = 0, , , , saturday = 0] = perWeekday
    expect(Math.max(sunday, saturday)).toBeLessThan(tuesday / 8)
    const dayOf = (text: string) => Date.parse(text) / 86_400_000
    const between = (from: string, to: string) => lived.filter(({ day }) => day >= dayOf(from) && day < dayOf(to)).length
    expect(between('2025-12-24', '2025-12-31')).toBeLessThan(between('2025-12-10', '2025-12-17') / 3)
    expect(between('2026-10-03', '2026-10-04')).toBeLessThan(between('2026-10-06', '2026-10-07') / 4)
    expect(between('2026-10-01', '2026-11-01')).toBeGreaterThan(between('2025-12-01', '2026-01-01') * 1.8)
  })

  test('happens in the day of the organization’s zone, and never after the present', () => {
    for (const { request } of lived) {
      if (request.atMs > today.getTime()) throw new Error('a request after the present')
      if (!Number.isSafeInteger(request.atMs)) throw new Error('a time that is no whole millisecond')
    }
    for (const { day, request } of lived.filter((_, index) => index % 97 === 0)) {
      expect(isoDay(dayInZone(new Date(request.atMs), acme.timeZone))).toBe(isoDay(day))
    }
    const hours = lived
      .filter(({ session }) => session.tool !== 'claude-code')
      .map(({ request }) => new Date(request.atMs).getUTCHours())
    expect(hours.filter((hour) => hour >= 6 && hour < 18).length / hours.length).toBeGreaterThan(0.75)
  })

  test('comes from people who were there', () => {
    for (const { day, person } of lived) {
      const { joinedOn, leftOn } = acme.people[person] ?? { joinedOn: Infinity, leftOn: null }
      if (day < joinedOn || (leftOn !== null && day >= leftOn)) throw new Error('work by who was not there')
    }
    expect(new Set(lived.map(({ person }) => person)).size).toBeGreaterThan(acme.people.length * 0.9)
  })

  test('has cheap and expensive people', () => {
    const spend = new Map<number, number>()
    for (const { person, request } of lived) spend.set(person, (spend.get(person) ?? 0) + (request.costNanos ?? 0))
    const sorted = [...spend.values()].sort((a, b) => b - a)
    const total = sorted.reduce((sum, nanos) => sum + nanos, 0)
    expect(sorted.slice(0, 6).reduce((sum, nanos) => sum + nanos, 0) / total).toBeGreaterThan(0.3)
    expect((sorted[0] ?? 0) / total).toBeLessThan(0.4)
  })

  test('costs what the counts and the price of the day say, to the nano-dollar', () => {
    const sonnet = lived.filter(({ request }) => request.model === 'claude-sonnet-5' && request.failure === 0).slice(0, 500)
    for (const { agoDays, request } of sonnet) {
      const perToken = agoDays > priceChangeAgoDays ? 3_000 : 2_000
      const { uncached, cacheRead, cacheWrite5m, cacheWrite1h, output } = request
      expect(request.costNanos).toBe(
        perToken * uncached +
          (perToken / 10) * cacheRead +
          perToken * 1.25 * cacheWrite5m +
          perToken * 2 * cacheWrite1h +
          perToken * 5 * output,
      )
    }
    expect(sonnet.length).toBe(500)
  })

  test('shows the price change', () => {
    const sonnet = lived.filter(
      ({ request, session }) =>
        request.model === 'claude-sonnet-5' && request.cacheWrite1h === 0 && session.tool === 'claude-code',
    )
    const before = costPerToken(sonnet.filter(({ agoDays }) => agoDays > priceChangeAgoDays))
    const since = costPerToken(sonnet.filter(({ agoDays }) => agoDays <= priceChangeAgoDays))
    expect(since / before).toBeCloseTo(2 / 3, 2)
  })

  test('shows a launch that spreads', () => {
    const opus = lived.filter(({ request }) => request.model.startsWith('claude-opus'))
    const newShare = (from: number, to: number) =>
      share(
        opus.filter(({ agoDays }) => agoDays <= from && agoDays > to),
        ({ request }) => request.model === 'claude-opus-5-5',
      )
    expect(newShare(60, launchAgoDays)).toBe(0)
    expect(newShare(launchAgoDays - 3, launchAgoDays - 8)).toBeLessThan(newShare(24, 18))
    expect(newShare(24, 18)).toBeLessThan(newShare(7, -1))
    expect(newShare(7, -1)).toBeGreaterThan(0.6)
  })

  test('shows the outage: failures, and less of everything', () => {
    const [outage] = plan.outages
    if (!outage) throw new Error('the plan has an outage')
    const outageDay = dayInZone(new Date(outage.startMs), acme.timeZone)
    const anthropic = lived.filter(({ request }) => request.provider === 'anthropic')
    const during = anthropic.filter(({ request }) => request.atMs >= outage.startMs && request.atMs < outage.endMs)
    expect(share(during, ({ request }) => request.failure !== 0)).toBeGreaterThan(0.4)
    expect(
      share(
        anthropic.filter(({ day }) => day !== outageDay),
        ({ request }) => request.failure !== 0,
      ),
    ).toBeLessThan(0.02)
    const weekBefore = anthropic.filter(
      ({ request }) => request.atMs >= outage.startMs - 7 * 86_400_000 && request.atMs < outage.endMs - 7 * 86_400_000,
    )
    const isOk = ({ request }: Lived) => request.failure === 0
    expect(during.filter(isOk).length).toBeLessThan(weekBefore.filter(isOk).length / 2)
  })

  test('holds everything that a page can show', () => {
    const shareOf = (which: (one: Lived) => boolean) => share(lived, which)
    expect(shareOf(({ request }) => request.failure !== 0)).toBeGreaterThan(0.003)
    expect(shareOf(({ request }) => request.cacheRead > 0)).toBeGreaterThan(0.6)
    expect(shareOf(({ request }) => request.purpose !== 'main')).toBeGreaterThan(0.05)
    expect(shareOf(({ session }) => session.tool !== 'claude-code')).toBeGreaterThan(0.1)
    expect(shareOf(({ request }) => request.model === acme.ownModel)).toBeGreaterThan(0.001)
    expect(shareOf(({ request }) => request.model === acme.ownModel)).toBeLessThan(0.05)
    expect(shareOf(({ session }) => session.language !== '')).toBeGreaterThan(0.2)
    expect(shareOf(({ session }) => session.version === '2.0.60')).toBeGreaterThan(0.002)
    expect(shareOf(({ session }) => session.version === '2.0.60')).toBeLessThan(0.1)
    for (const client of ['cli', 'ide', 'desktop'])
      expect(shareOf(({ session }) => session.client === client)).toBeGreaterThan(0.02)
    const projectShares = acme.projects.map(({ name }) => shareOf(({ session }) => session.project?.name === name))
    const [firmware = 0, ...others] = projectShares
    expect(firmware).toBeGreaterThan(1.2 * Math.max(...others))
    expect(Math.min(...projectShares)).toBeGreaterThan(0)
    expect(shareOf(({ session }) => session.project === null)).toBeGreaterThan(0.005)
    expect(new Set(lived.map(({ session }) => session.version)).size).toBeGreaterThan(60)
  })

  test('has no sum that is not made of its parts', () => {
    for (const { request } of lived) {
      const { uncached, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning, durationMs, ttftMs } = request
      const counts = [uncached, cacheRead, cacheWrite5m, cacheWrite1h, output, reasoning, durationMs, ttftMs]
      if (counts.some((count) => !Number.isSafeInteger(count) || count < 0))
        throw new Error(`a count that is none: ${counts.join()}`)
      if (reasoning > output || ttftMs > durationMs || uncached + cacheRead + cacheWrite5m + cacheWrite1h > 260_000) {
        throw new Error(`counts that cannot be: ${counts.join()}`)
      }
    }
  })
})
