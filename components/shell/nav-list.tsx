import { Icon, type IconName } from '@/components/ui/icon'
import { NavLink } from './nav-link'

/** A page in the sidebar. `foot` puts it below, beside the person. */
export type NavItem = { label: string; href: string; icon: IconName; placement?: 'main' | 'foot' }

/** The pages of an organization, in the order given; the one that is open carries `aria-current`. */
export function NavList({ label, items }: { label: string; items: NavItem[] }) {
  const hrefs = items.map((item) => item.href)
  return (
    <nav aria-label={label}>
      <ul className="space-y-0.5">
        {items.map((item) => (
          <li key={item.href}>
            <NavLink href={item.href} hrefs={hrefs}>
              <Icon name={item.icon} />
              {item.label}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  )
}
