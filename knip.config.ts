import { readFileSync } from 'node:fs'
import type { KnipConfig } from 'knip'
import { z } from 'zod'

const manifest = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(readFileSync('package.json', 'utf8')))

/** The files behind `npm run …`: `scripts/run.mjs` starts each by its name. */
const commands = Object.values(manifest.scripts).flatMap((script) => {
  const name = /^exec node scripts\/run\.mjs ([a-z0-9-]+)/.exec(script)?.[1]
  return name === undefined ? [] : [`scripts/${name}.ts`]
})

/** Whatever no page, route, command, test or configuration reaches is dead. */
const config: KnipConfig = {
  entry: [...commands, 'scripts/check-*.ts'],
  project: ['{app,components,db,lib,scripts,e2e,bench,cli}/**/*.{ts,tsx,css}', '*.{ts,mjs}'],
  // The type of what a function takes or answers may be named before somebody else needs the name.
  ignoreExportsUsedInFile: { interface: true, type: true },
  // Of the operating system.
  ignoreBinaries: ['useradd', 'adduser', 'apt-get'],
}

export default config
