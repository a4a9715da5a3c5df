import type { ReactNode } from 'react'
import { Icon } from '@/components/ui/icon'
import { Logo } from '@/components/ui/logo'
import { Menu } from '@/components/ui/menu'
import { type NavItem, NavList } from './nav-list'
import { type OrganizationChoice, OrganizationMenu } from './organization-menu'
import { type ShellUser, UserMenu, UserMenuContent } from './user-menu'
import type { FormTarget } from '@/components/ui/action-form'

/**
 * The frame of every page of an organization: who is looking, at which organization, and where they can go. It shows what it
 * is given and decides nothing. `footer` stands above the person at the foot of the sidebar (seats, what is left …).
 */
export function AppShell({
  organization,
  organizations,
  user,
  nav,
  signOut,
  footer,
  children,
}: {
  organization: OrganizationChoice
  organizations: OrganizationChoice[]
  user: ShellUser
  nav: NavItem[]
  signOut: FormTarget
  footer?: ReactNode
  children: ReactNode
}) {
  const main = nav.filter((item) => item.placement !== 'foot')
  const hrefs = nav.map((item) => item.href)
  const foot = nav.filter((item) => item.placement === 'foot')
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[14rem_minmax(0,1fr)] print:block!">
      <a
        href="#content"
        className="sr-only rounded-md bg-ink px-3 py-2 text-sm font-medium text-raised focus:not-sr-only focus:fixed focus:top-3 focus:left-3 focus:z-50"
      >
        Skip to content
      </a>

      <header className="sticky top-0 z-40 flex h-14 items-center gap-2 border-b bg-canvas px-3 lg:hidden print:hidden">
        <OrganizationMenu organization={organization} organizations={organizations} className="min-w-0 flex-1" />
        <Menu
          label="Menu"
          align="end"
          summary={<Icon name="menu" />}
          summaryClassName="flex size-10 items-center justify-center rounded-md text-ink-2 hover:bg-sunken"
        >
          <NavList label="Pages" items={[...main, ...foot]} hrefs={hrefs} />
          <div className="mt-2 border-t pt-2">
            <UserMenuContent user={user} signOut={signOut} />
          </div>
        </Menu>
      </header>

      <aside className="sticky top-0 flex h-dvh flex-col border-r bg-canvas px-3 py-3.5 max-lg:hidden print:hidden">
        <OrganizationMenu organization={organization} organizations={organizations} />
        <div className="mt-4 min-h-0 flex-1 overflow-y-auto">
          <NavList label="Pages" items={main} hrefs={hrefs} />
        </div>
        <div className="space-y-2">
          {footer ? <div className="px-2 text-ink-2">{footer}</div> : null}
          {foot.length === 0 ? null : <NavList label="Personal" items={foot} hrefs={hrefs} />}
          <UserMenu user={user} signOut={signOut} />
        </div>
      </aside>

      <div className="flex min-w-0 flex-col">
        <main id="content" tabIndex={-1} className="mx-auto w-full max-w-296 flex-1 px-4 pt-5 pb-12 sm:px-6 lg:px-10 lg:pt-6">
          {children}
        </main>
        <footer className="mx-auto flex w-full max-w-296 items-center gap-2 px-4 pb-6 text-xs text-ink-3 sm:px-6 lg:px-10 print:hidden">
          <Logo className="size-4" />
          Outlay
        </footer>
      </div>
    </div>
  )
}
