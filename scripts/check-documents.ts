import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { findBrokenReferences } from './documents'
import { projectFiles } from './files'

const manifest = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(readFileSync('package.json', 'utf8')))
const paths = projectFiles(process.cwd())
const documents = paths.filter((path) => path.endsWith('.md'))
const broken = documents.flatMap((path) =>
  findBrokenReferences({ path, text: readFileSync(path, 'utf8') }, { paths, scripts: Object.keys(manifest.scripts) }),
)
for (const { path, line, reference, why } of broken) console.error(`${path}:${line}: ${reference}: ${why}`)
console.log(`${documents.length} documents, ${broken.length} names of what isn't there`)
if (broken.length > 0 || documents.length === 0) process.exitCode = 1
