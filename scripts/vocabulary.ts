import { codeFolders, libRooms, nouns } from './floors'

/** A file that stands where, or is called what, the layout has no place for. */
export type Misplaced = { path: string; why: string }

/** Names that say nothing about what they hold. */
const emptyNames = new Set(
  ['util', 'helper', 'service', 'type', 'hook', 'constant', 'manager']
    .flatMap((name) => [name, `${name}s`])
    .concat('common', 'misc', 'shared'),
)

const topFolders = new Set<string>([...codeFolders, 'drizzle', 'public', 'docs', 'patches', '.ci', '.github'])

/** What Next.js looks for in a folder of `app/`, and the two names of our own. */
const appNames =
  /^(?:(?:page|layout|template|loading|error|not-found|forbidden|unauthorized|default|global-error|global-not-found)\.tsx|route\.ts|actions\.ts|globals\.css|favicon\.ico|(?:icon|apple-icon|opengraph-image|twitter-image)\d?\.(?:ico|png|svg|jpg|tsx)|(?:manifest|robots|sitemap)\.ts|[a-z0-9-]+\.e2e\.ts|[a-z0-9-]+(?:\.db)?\.test\.tsx?)$/

const nounNames = /^(?:README\.md|[a-z0-9-]+(?:\.db)?\.test\.ts|[a-z0-9-]+\.ts)$/
const componentNames = /^(?:README\.md|[a-z0-9-]+(?:\.test)?\.tsx?)$/
const databaseNames =
  /^(?:README\.md|schema\/(?:README\.md|[a-z0-9-]+(?:\.db)?(?:\.test)?\.ts)|[a-z0-9-]+(?:\.db)?(?:\.test)?\.ts)$/

/** The files of a list of project paths that the closed vocabulary of the layout has no place for. */
export function findMisplaced(paths: readonly string[]): Misplaced[] {
  return paths.flatMap((path) => {
    const why = whyMisplaced(path)
    return why === null ? [] : [{ path, why }]
  })
}

function whyMisplaced(path: string): string | null {
  const [top = '', ...below] = path.split('/')
  if (below.length === 0) return null
  if (!topFolders.has(top)) return `there is no room ${top}/`
  const name = below.at(-1) ?? ''
  const stem = name.replace(/\.(?:tsx?|mjs|js)$/, '')
  if (/\.(?:tsx?|mjs|js)$/.test(name)) {
    if (emptyNames.has(stem) || below.slice(0, -1).some((folder) => emptyNames.has(folder)))
      return 'the name says nothing: find the noun'
    if (stem === 'index' && path !== 'db/schema/index.ts') return 'there are no barrels'
  }
  if (top === 'app') return appNames.test(name) ? null : 'a folder in app/ holds only the names of Next.js, actions.ts and tests'
  if (top === 'lib') return whyMisplacedInLibrary(below)
  if (top === 'components') {
    return below.length === 2 && componentNames.test(name)
      ? null
      : 'components/ holds one level of folders with files-like-this.tsx'
  }
  if (top === 'db') return databaseNames.test(below.join('/')) ? null : 'db/ holds schema/<noun>.ts and a few files beside it'
  return null
}

function whyMisplacedInLibrary(below: readonly string[]): string | null {
  const [room = '', ...rest] = below
  if (rest.length === 0) return nounNames.test(room) ? null : 'the foundation is files-like-this.ts'
  if (room === 'testing') return null
  const known = new Set<string>([...nouns, ...libRooms])
  if (!known.has(room)) return `${room} is no noun of the product: add it to the array in scripts/floors.ts, or find its noun`
  if (rest.length > 1) return 'a noun has no folders: split the noun'
  return nounNames.test(rest[0] ?? '') ? null : 'a noun holds README.md and files-like-this.ts'
}
