import { ActionForm, type FormTarget } from '@/components/ui/action-form'
import { Avatar } from '@/components/ui/avatar'
import { Icon } from '@/components/ui/icon'
import { Menu, menuItemClasses } from '@/components/ui/menu'
import { ThemeSwitch } from '@/components/ui/theme-switch'

export type ShellUser = { name: string; email: string }

/** The person who is signed in, at the foot of the sidebar. */
export function UserMenu({ user, signOut }: { user: ShellUser; signOut: FormTarget }) {
  return (
    <Menu
      side="above"
      panelClassName="sm:w-64"
      summaryClassName="flex h-10 items-center gap-2.5 rounded-md px-2 hover:bg-sunken"
      summary={
        <>
          <Avatar name={user.name} />
          <span className="min-w-0 flex-1 truncate text-left text-ink-2">{user.name}</span>
          <span className="sr-only">, account and theme</span>
          <Icon name="selector" className="text-ink-3" />
        </>
      }
    >
      <UserMenuContent user={user} signOut={signOut} />
    </Menu>
  )
}

/** What the person can choose: the theme, and to leave. */
export function UserMenuContent({ user, signOut }: { user: ShellUser; signOut: FormTarget }) {
  return (
    <div className="space-y-1">
      <div className="px-2.5 pt-1.5 pb-1">
        <p className="truncate font-medium">{user.name}</p>
        <p className="truncate text-ink-3">{user.email}</p>
      </div>
      <div className="px-1.5 pb-1">
        <ThemeSwitch />
      </div>
      <ActionForm target={signOut} className="border-t pt-1">
        <button type="submit" className={menuItemClasses}>
          <Icon name="sign-out" className="text-ink-3" />
          Sign out
        </button>
      </ActionForm>
    </div>
  )
}
