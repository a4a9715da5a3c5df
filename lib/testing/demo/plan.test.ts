import { describe, expect, test } from 'vitest'
import { isWeekend } from './calendar'
import { planDemo } from './plan'

const today = new Date('2026-11-20T11:00:00Z')
const plan = planDemo({ seed: 1, today, size: 'full' })
const members = plan.organizations.map(({ people }) => people.filter(({ role, leftOn }) => role !== null && leftOn === null))

describe('a plan', () => {
  test('is the same for the same seed and day, and another for another seed', () => {
    expect(planDemo({ seed: 1, today, size: 'full' })).toEqual(plan)
    const others = planDemo({ seed: 2, today, size: 'full' }).organizations.flatMap(({ people }) => people)
    const names = new Set(plan.organizations.flatMap(({ people }) => people.map(({ name }) => name)))
    expect(others.filter(({ name }) => names.has(name)).length).toBeLessThan(others.length / 5)
  })

  test('has organizations of 8, 60 and 400 in three zones, one of them at half past', () => {
    expect(members.map(({ length }) => length)).toEqual([8, 60, 400])
    expect(plan.organizations.map(({ timeZone }) => timeZone)).toEqual(['Asia/Kolkata', 'Europe/Berlin', 'America/New_York'])
    for (const { firstDay, lastDay } of plan.organizations) expect(lastDay - firstDay).toBe(399)
  })

  test.each(['full', 'small'] as const)('has every role in every organization, %s', (size) => {
    for (const { people } of planDemo({ seed: 3, today, size }).organizations) {
      const ownDomain = people.filter(({ isGuest, leftOn }) => !isGuest && leftOn === null)
      expect(new Set(ownDomain.map(({ role }) => role))).toEqual(
        expect.objectContaining(new Set(['owner', 'admin', 'billing', 'member'])),
      )
    }
  })

  test('small has organizations of 4, 8 and 12 and 45 days', () => {
    const { organizations } = planDemo({ seed: 1, today, size: 'small' })
    expect(
      organizations.map(({ people }) => people.filter(({ role, leftOn }) => role !== null && leftOn === null).length),
    ).toEqual([4, 8, 12])
    for (const { firstDay, lastDay } of organizations) expect(lastDay - firstDay).toBe(44)
  })
})

describe('people', () => {
  const everyone = plan.organizations.flatMap(({ people }) => people)

  test('have addresses that can be nobody’s, made from their names', () => {
    for (const { email, name, role } of everyone) {
      if (email === null) {
        expect(role).toBeNull()
        continue
      }
      expect(email).toMatch(/^[a-z-]+\.[a-z-]+@[a-z-]+\.example$/)
      expect(name).toMatch(/^\p{Lu}[\p{L}]+ \p{Lu}[\p{L}]+$/u)
      expect(email[0]).toBe(name.normalize('NFD')[0]?.toLowerCase().replace('ł', 'l'))
    }
  })

  test('are distinct within an organization, and three belong to two', () => {
    const emails = plan.organizations.map(({ people }) => people.flatMap(({ email }) => (email === null ? [] : [email])))
    for (const list of emails) expect(new Set(list).size).toBe(list.length)
    const shared = [...new Set(emails.flat())].filter((email) => emails.filter((list) => list.includes(email)).length > 1)
    expect(shared).toHaveLength(3)
  })

  test('join on working days and leave after they came; some are new, some are gone', () => {
    for (const { people, firstDay, lastDay } of plan.organizations) {
      for (const { joinedOn, leftOn, role } of people) {
        expect(joinedOn).toBeGreaterThanOrEqual(firstDay)
        expect(joinedOn).toBeLessThanOrEqual(lastDay)
        if (role !== 'owner') expect(isWeekend(joinedOn)).toBe(false)
        if (leftOn !== null) expect(leftOn).toBeGreaterThan(joinedOn)
        if (leftOn !== null) expect(leftOn).toBeLessThan(lastDay)
      }
      expect(people.some(({ leftOn }) => leftOn !== null)).toBe(true)
    }
    const [, , many = []] = members
    expect(many.filter(({ joinedOn }) => joinedOn > (plan.organizations[2]?.lastDay ?? 0) - 45).length).toBeGreaterThan(10)
  })

  test('cost from little to much: the busiest tenth is far above the middle', () => {
    const rates = (members[2] ?? []).map(({ habit }) => habit.requestsPerDay).sort((a, b) => a - b)
    expect((rates[360] ?? 0) / (rates[200] ?? 1)).toBeGreaterThan(2.2)
  })

  test('projects have one that dominates', () => {
    for (const { projects } of plan.organizations) {
      const [first, second] = projects
      expect(projects.length).toBeGreaterThanOrEqual(4)
      expect(first?.weight).toBeGreaterThan((second?.weight ?? 0) * 1.5)
    }
  })
})

test('outages fall in the middle of a working week', () => {
  expect(plan.outages.map(({ provider }) => provider)).toEqual(['anthropic', 'openai'])
  for (const { startMs, endMs } of plan.outages) {
    expect([2, 3, 4]).toContain(new Date(startMs).getUTCDay())
    expect(endMs).toBeGreaterThan(startMs)
    expect(endMs).toBeLessThan(today.getTime())
  }
})
