import { projectFiles } from './files'
import { findMisplaced } from './vocabulary'

const paths = projectFiles(process.cwd())
const misplaced = findMisplaced(paths)
for (const { path, why } of misplaced) console.error(`${path}: ${why}`)
console.log(`${paths.length} files, ${misplaced.length} out of place`)
if (misplaced.length > 0) process.exitCode = 1
