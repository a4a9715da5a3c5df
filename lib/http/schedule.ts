/** The cron routes, and how often each is due. Periods are aligned to UTC and start a few seconds late, when clocks agree. */
export const jobs = {
  minute: { periodMs: 60_000, offsetMs: 5_000 },
  hourly: { periodMs: 3_600_000, offsetMs: 5_000 },
  daily: { periodMs: 86_400_000, offsetMs: 5_000 },
} as const
export type JobName = keyof typeof jobs

export const jobNames: readonly JobName[] = ['minute', 'hourly', 'daily']

/** What is known of a job's past in this process. Nothing is known at the start, so that whatever was missed is made up. */
export type JobPast = {
  /** The last period in which it succeeded. */
  period: number | null
  /** Not before this instant, after a failure. */
  notBefore: Date | null
  isRunning: boolean
}

export const noPast: JobPast = { period: null, notBefore: null, isRunning: false }

/** Which period of a job an instant belongs to. */
export function periodOf(name: JobName, at: Date): number {
  const job = jobs[name]
  return Math.floor((at.getTime() - job.offsetMs) / job.periodMs)
}

/** Whether a job is to be called now: once per period, never beside itself, and not right after a failure. */
export function isDue(name: JobName, past: JobPast, at: Date): boolean {
  if (past.isRunning) return false
  if (past.notBefore !== null && at < past.notBefore) return false
  return past.period !== periodOf(name, at)
}
