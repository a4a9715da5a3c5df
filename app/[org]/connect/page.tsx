import type { Metadata } from 'next'
import Link from 'next/link'
import { createOrganizationKeyAction, revokeOrganizationKeyAction } from './actions'
import { createKeyAction } from '@/app/[org]/me/actions'
import { ConnectBlock } from '@/components/members/connect-block'
import { KeyForm } from '@/components/members/key-form'
import { KeyList } from '@/components/members/key-list'
import { Card, CardHeader } from '@/components/ui/card'
import { PageHeader } from '@/components/ui/page-header'
import { narrow } from '@/lib/access/scope'
import { env } from '@/lib/env'
import { requireScope } from '@/lib/http/page'
import { listOrganizationKeys } from '@/lib/members/queries'
import { routes } from '@/lib/routes'
import { claudeCodeBlock, usageEventsCall } from '@/lib/telemetry/setup'

export const metadata: Metadata = { title: 'Connect a tool' }

/** How a tool is made to send what it uses: a key, a block to copy, and where to look. */
export default async function ConnectPage({ params }: { params: Promise<{ org: string }> }) {
  const { org } = await params
  const scope = await requireScope(org, 'me:manage', routes.connect(org))
  const manager = narrow(scope, 'keys:manage')
  const organizationKeys = manager ? await listOrganizationKeys(manager) : null
  const address = env().NEXTAUTH_URL.replace(/\/+$/, '')
  return (
    <>
      <PageHeader title="Connect a tool" description="Your tool sends what each request used: never a prompt, never an answer." />
      <Card>
        <CardHeader title="1. Create a key" />
        <p className="px-4 pt-4 text-ink-2">The key says that the usage is yours. Create one for each machine.</p>
        <KeyForm create={createKeyAction.bind(null, org)} />
      </Card>
      <Card className="mt-4">
        <CardHeader title="2. Tell your tool" />
        <div className="space-y-6 p-4">
          <ConnectBlock title="Claude Code" code={claudeCodeBlock(address)}>
            Put these lines into your shell’s profile with your key in place of YOUR_KEY, and the name of what you work on as the
            project.
          </ConnectBlock>
          <ConnectBlock title="Any other program" code={usageEventsCall(address)}>
            Send a JSON array of requests, or one request a line. Sending one again changes nothing.
          </ConnectBlock>
        </div>
      </Card>
      <Card className="mt-4">
        <CardHeader title="3. Use it once" />
        <p className="p-4 text-ink-2">
          Within a minute of your next request it is under{' '}
          <Link href={routes.me(org)} className="text-accent-ink underline underline-offset-2">
            My usage
          </Link>
          . What the key refused, and why, stands there too.
        </p>
      </Card>
      {organizationKeys ? (
        <KeyList
          title="The organization’s keys"
          empty="One key for a fleet: usage then belongs to whoever the tool says it is, by e-mail. Put it into your managed settings."
          keys={organizationKeys}
          create={createOrganizationKeyAction.bind(null, org)}
          revoke={revokeOrganizationKeyAction.bind(null, org)}
          now={scope.now}
          timeZone={scope.organization.timeZone}
        />
      ) : null}
    </>
  )
}
