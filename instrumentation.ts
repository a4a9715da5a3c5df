/** Next calls this once when a server starts, before it answers anything; never in a build. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { startBackgroundWork } = await import('@/lib/http/background')
  startBackgroundWork()
}
