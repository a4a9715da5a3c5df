import { codeFiles } from './files'
import { inspectFloors } from './floors'

/** Checks the import rules of the tree in the working directory; a broken rule ends it with an error. */
async function checkFloors(): Promise<void> {
  const fileCount = codeFiles(process.cwd()).length
  const report = await inspectFloors()
  for (const violation of report.violations) console.error(`${violation.rule}: ${violation.from} → ${violation.to}`)
  // With a TypeScript that it can't load, dependency-cruiser reads no module and reports no violation.
  if (report.moduleCount === 0 || report.moduleCount * 2 < fileCount) {
    console.error(`Only ${report.moduleCount} of ${fileCount} files were seen: nothing was proven.`)
    process.exitCode = 1
  }
  if (report.violations.length > 0) process.exitCode = 1
  console.log(`${report.moduleCount} modules of ${fileCount} files, ${report.violations.length} broken import rules`)
}

await checkFloors()
