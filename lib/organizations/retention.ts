import { addDays, addMonths, localDayAt, startOfLocalDay } from '@/lib/time'

/** How many days `events_from` trails behind the refusal limit, so that no accepted event touches a sealed bucket. */
const sealTrailDays = 2

/** The local day's start from which events are kept at an instant: the refusal limit less the trail. */
export function eventsFromAt(now: Date, retentionMonths: number, timeZone: string): Date {
  const limitDay = localDayAt(addMonths(now, -retentionMonths), timeZone)
  return startOfLocalDay(addDays(limitDay, -sealTrailDays), timeZone)
}
