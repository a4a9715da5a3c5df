/** Which of the pages a path lies in: the longest whose address it is or continues. */
export function findCurrent(path: string, hrefs: string[]): string | null {
  const found = hrefs.filter((href) => path === href || path.startsWith(`${href}/`))
  return found.sort((a, b) => b.length - a.length)[0] ?? null
}
