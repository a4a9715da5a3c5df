import { runCommand } from './command'
import { runDemo } from './demonstration'

await runCommand((command) => runDemo(command, 'start'))
