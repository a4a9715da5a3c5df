import { LinkButton } from '@/components/ui/button'
import { EmptyState } from '@/components/ui/empty-state'

/** An organization, or a person, whose tools have never sent anything. */
export function NoUsageYet({ connectHref }: { connectHref: string }) {
  return (
    <EmptyState
      icon="connect"
      title="No usage yet"
      action={
        <LinkButton href={connectHref} variant="primary">
          Connect a tool
        </LinkButton>
      }
    >
      Connect a coding tool, use it once, and what it used is here within a minute.
    </EmptyState>
  )
}

/** A range in which nothing happened, though something did in others. */
export function NothingInRange({ allHref }: { allHref: string }) {
  return (
    <EmptyState icon="calendar" title="Nothing in this range" action={<LinkButton href={allHref}>Show all</LinkButton>}>
      No request was made on these days. Choose other days above, or show everything there is.
    </EmptyState>
  )
}

/** Usage that no project was sent with. */
export function NoProjects({ connectHref }: { connectHref: string }) {
  return (
    <EmptyState icon="folder" title="No project" action={<LinkButton href={connectHref}>See how</LinkButton>}>
      The requests in this range name no project. Tools that send one are listed under Connect.
    </EmptyState>
  )
}
