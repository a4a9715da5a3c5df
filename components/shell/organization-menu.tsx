import { Avatar } from '@/components/ui/avatar'
import { classes } from '@/components/ui/classes'
import { Icon } from '@/components/ui/icon'
import { Menu, MenuLink } from '@/components/ui/menu'

export type OrganizationChoice = { name: string; href: string }

/** The organization that is looked at, and the way to the others. With one alone it is just its name. */
export function OrganizationMenu({
  organization,
  organizations,
  className,
}: {
  organization: OrganizationChoice
  organizations: OrganizationChoice[]
  className?: string
}) {
  const face = (
    <>
      <Avatar name={organization.name} kind="organization" />
      <span className="min-w-0 flex-1 truncate text-left font-semibold">{organization.name}</span>
    </>
  )
  if (organizations.length < 2) return <div className={classes('flex h-9 items-center gap-2 px-2', className)}>{face}</div>
  return (
    <Menu
      className={className}
      panelClassName="sm:w-56"
      summaryClassName="flex h-9 items-center gap-2 rounded-md px-2 hover:bg-sunken max-lg:h-10"
      summary={
        <>
          {face}
          <span className="sr-only">, switch organization</span>
          <Icon name="selector" className="text-ink-3" />
        </>
      }
    >
      <ul>
        {organizations.map((choice) => (
          <li key={choice.href}>
            <MenuLink href={choice.href} isCurrent={choice.href === organization.href}>
              {choice.name}
            </MenuLink>
          </li>
        ))}
      </ul>
    </Menu>
  )
}
