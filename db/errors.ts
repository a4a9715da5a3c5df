/** PostgreSQL's and the driver's ways to say that the database is away, starting, stopping or full: worth a retry later. */
const awayCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  '25006', // read only: a standby, or a database that was switched to read-only
])

/** SQLSTATE classes: connection exceptions, insufficient resources, operator intervention, system errors. */
const awayClasses = new Set(['08', '53', '57', '58'])

/** Whether an error means that the database is away or cannot take work now, so that a sender should try again. */
export function isDatabaseAway(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    const code = errorCode(cause)
    if (code !== null && (awayCodes.has(code) || (code.length === 5 && awayClasses.has(code.slice(0, 2))))) return true
    if (cause instanceof AggregateError && cause.errors.some(isDatabaseAway)) return true
  }
  return false
}

/** Whether PostgreSQL gave a statement up because others held what it needed (deadlock, serialization): the same statement may succeed at once. */
export function isRetryable(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    const code = errorCode(cause)
    if (code === '40P01' || code === '40001') return true
  }
  return false
}

/** Whether a unique constraint refused a row; the name tells which. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    if (errorCode(cause) !== '23505') continue
    return constraint === undefined || ('constraint_name' in cause && cause.constraint_name === constraint)
  }
  return false
}

function errorCode(error: Error): string | null {
  return 'code' in error && typeof error.code === 'string' ? error.code : null
}
