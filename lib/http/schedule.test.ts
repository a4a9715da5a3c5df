import { describe, expect, test } from 'vitest'
import { isDue, jobNames, noPast, periodOf } from './schedule'
import type { JobName } from './schedule'

/** How often a job is called when somebody looks every few seconds and every call succeeds. */
function countCalls(name: JobName, range: { from: string; to: string; everyMs: number }): number {
  let past = noPast
  let count = 0
  for (let time = Date.parse(range.from); time < Date.parse(range.to); time += range.everyMs) {
    const at = new Date(time)
    if (!isDue(name, past, at)) continue
    count += 1
    past = { ...noPast, period: periodOf(name, at) }
  }
  return count
}

describe('the schedule', () => {
  test('every job is due at once after a start, to make up for what was missed', () => {
    for (const name of jobNames) expect(isDue(name, noPast, new Date('2026-11-20T11:17:42Z'))).toBe(true)
  })

  test('a day, looked at every 5 seconds, has 1,440 minutes, 24 hours and one day', () => {
    const day = { from: '2026-11-20T00:00:05Z', to: '2026-11-21T00:00:05Z', everyMs: 5_000 }
    expect(countCalls('minute', day)).toBe(1_440)
    expect(countCalls('hourly', day)).toBe(24)
    expect(countCalls('daily', day)).toBe(1)
  })

  test('a period begins five seconds late, so that the day that ended has ended on every clock', () => {
    const past = { ...noPast, period: periodOf('daily', new Date('2026-11-20T12:00:00Z')) }
    expect(isDue('daily', past, new Date('2026-11-21T00:00:04.999Z'))).toBe(false)
    expect(isDue('daily', past, new Date('2026-11-21T00:00:05Z'))).toBe(true)
  })

  test('a job never runs beside itself, however late it is', () => {
    expect(isDue('minute', { ...noPast, isRunning: true }, new Date('2026-11-20T12:00:00Z'))).toBe(false)
  })

  test('a failed job is tried again in the same period, but not before its time', () => {
    const past = { ...noPast, notBefore: new Date('2026-11-20T12:00:10Z') }
    expect(isDue('daily', past, new Date('2026-11-20T12:00:09Z'))).toBe(false)
    expect(isDue('daily', past, new Date('2026-11-20T12:00:10Z'))).toBe(true)
  })
})
