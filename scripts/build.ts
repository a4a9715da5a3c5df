import { createProgress, runCommand } from './command'
import { buildOnce } from './next-build'

/** Builds the product for production, if anything has changed since the last build. */
await runCommand(async (command) => {
  await createProgress().step('Build', (say) => buildOnce({ stopping: command.stopping, say }))
})
