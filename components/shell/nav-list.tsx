import { Icon, type IconName } from '@/components/ui/icon'
import { NavLink } from './nav-link'

/** A page in the sidebar. `foot` puts it below, beside the person. */
export type NavItem = { label: string; href: string; icon: IconName; placement?: 'main' | 'foot' }

/** Pages, in the order given. The one of all `hrefs` that is open carries `aria-current`: a page of another list may be the closer one. */
export function NavList({ label, items, hrefs }: { label: string; items: NavItem[]; hrefs: string[] }) {
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
