import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { codeFolders } from './floors'

const skippedFolders = new Set(['node_modules', '.git', '.next', '.data', 'test-results', 'playwright-report', 'coverage'])

/** Every file of a tree that belongs to the project, as sorted paths below its root: no packages, no output of tools. */
export function projectFiles(root: string, folder = ''): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (!entry.isDirectory()) return [path]
      return skippedFolders.has(entry.name) ? [] : projectFiles(root, path)
    })
    .sort()
}

/** The TypeScript files in the folders that hold code. */
export function codeFiles(root: string): string[] {
  const folders = new Set<string>(codeFolders)
  return projectFiles(root).filter((path) => /\.tsx?$/.test(path) && folders.has(path.split('/')[0] ?? ''))
}
