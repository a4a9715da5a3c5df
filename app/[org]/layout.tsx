import type { ReactNode } from 'react'
import { AppShell } from '@/components/shell/app-shell'
import { requestContext } from '@/lib/http/context'
import { currentUser, signOutForm } from '@/lib/http/session'
import { listOrganizations } from '@/lib/organizations/queries'
import { routes } from '@/lib/routes'

/** The chrome around an organization's pages. It never authorizes: to a stranger it adds nothing, and the page decides. */
export default async function OrganizationLayout({
  children,
  params,
}: {
  children: ReactNode
  params: Promise<{ org: string }>
}) {
  const [{ org }, user] = await Promise.all([params, currentUser()])
  if (!user) return children
  const [organizations, signOut] = await Promise.all([listOrganizations(await requestContext(), user.userId), signOutForm()])
  const organization = organizations.find(({ slug }) => slug === org)
  if (!organization) return children
  const choices = organizations.map(({ slug, name }) => ({ name, href: routes.organization(slug) }))
  return (
    <AppShell
      organization={{ name: organization.name, href: routes.organization(org) }}
      organizations={choices}
      user={user}
      signOut={signOut}
      nav={[
        { label: 'Organization', href: routes.organization(org), icon: 'organization' },
        { label: 'Usage', href: routes.usage(org), icon: 'usage' },
        { label: 'Connect', href: routes.connect(org), icon: 'connect' },
        { label: 'My usage', href: routes.me(org), icon: 'person', placement: 'foot' },
      ]}
    >
      {children}
    </AppShell>
  )
}
