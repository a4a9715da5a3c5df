/** The addresses of the product: the one place that knows them. */
export const routes = {
  home: () => '/',
  signIn: (returnTo?: string) => (returnTo ? `/sign-in?callbackUrl=${encodeURIComponent(returnTo)}` : '/sign-in'),
  join: (slug: string, token: string) => `/join/${encodeURIComponent(slug)}/${encodeURIComponent(token)}`,
  organization: (slug: string, query = '') => `/${encodeURIComponent(slug)}${query}`,
  usage: (slug: string, query = '') => `/${encodeURIComponent(slug)}/usage${query}`,
  me: (slug: string, query = '') => `/${encodeURIComponent(slug)}/me${query}`,
  connect: (slug: string) => `/${encodeURIComponent(slug)}/connect`,
} as const

/** The parameters of an address as its query, `?` included, or nothing when there are none. */
export function queryText(parameters: Readonly<Record<string, string | readonly string[] | undefined>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    for (const each of typeof value === 'string' ? [value] : (value ?? [])) query.append(name, each)
  }
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}
