import { benchIngest } from '@/bench/ingest'
import { benchPages } from '@/bench/pages'
import { CommandError, runCommand } from './command'

/** Figures, as tables; nothing is asserted by time, since machines differ. Each that matters is a ratio within one run. */
await runCommand(async (command) => {
  const [name] = process.argv.slice(2)
  switch (name) {
    case 'ingest':
      return benchIngest(command)
    case 'pages':
      return benchPages(command)
    default:
      throw new CommandError(
        'npm run bench -- ingest   events per second, and the rollup’s cost\nnpm run bench -- pages    server time of the usage page',
      )
  }
})
