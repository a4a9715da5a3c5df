import { ActionForm, type FormTarget } from '@/components/ui/action-form'
import { Button, buttonClasses } from '@/components/ui/button'
import { Card, CardHeader } from '@/components/ui/card'
import { formatCount, formatCountOf, formatDate, formatInstant, formatRelative } from '@/components/ui/format'
import { Icon } from '@/components/ui/icon'
import { Menu } from '@/components/ui/menu'
import { type CreateKeyState, KeyForm } from './key-form'

/** A key as its owner sees it. */
export type KeyRow = {
  keyId: string
  name: string
  prefix: string
  createdAt: Date
  lastUsedAt: Date | null
  rejected: number
  lastReasons: { reason: string; message: string; at: Date }[]
}

/** Keys, one's own or the organization's: what each sent last and what it was refused, a form for another, and a way to end one. */
export function KeyList({
  title,
  empty,
  keys,
  create,
  revoke,
  now,
  timeZone,
}: {
  title: string
  /** What keys are for, where there is none yet. */
  empty: string
  keys: KeyRow[]
  /** Makes a key from the field `name`. */
  create: (state: CreateKeyState, form: FormData) => Promise<CreateKeyState>
  /** Ends the key of the field `keyId`. */
  revoke: FormTarget['action']
  now: Date
  timeZone: string
}) {
  return (
    <Card className="mt-4">
      <CardHeader title={title} detail={keys.length > 0 ? formatCount(keys.length) : undefined} />
      {keys.length === 0 ? (
        <p className="px-4 py-5 text-ink-2">{empty}</p>
      ) : (
        <ul>
          {keys.map((key) => (
            <li key={key.keyId} className="border-b px-4 py-3">
              <div className="flex items-start gap-3">
                <Icon name="key" className="mt-0.5 text-ink-3" />
                <div className="min-w-0 flex-1">
                  <p className="truncate font-medium">
                    {key.name} <code className="ml-1 font-mono text-xs font-normal text-ink-3">{key.prefix}…</code>
                  </p>
                  <p className="dotted text-ink-3">
                    <span>Created {formatDate(key.createdAt, timeZone)}</span>
                    <LastUsed at={key.lastUsedAt} now={now} timeZone={timeZone} />
                    {key.rejected > 0 ? (
                      <span className="text-warn">{formatCountOf(key.rejected, 'record')} refused in 30 days</span>
                    ) : null}
                  </p>
                </div>
                <RevokeKey keyId={key.keyId} name={key.name} revoke={revoke} />
              </div>
              {key.lastReasons.length > 0 ? <Reasons reasons={key.lastReasons} timeZone={timeZone} /> : null}
            </li>
          ))}
        </ul>
      )}
      <KeyForm create={create} />
    </Card>
  )
}

function LastUsed({ at, now, timeZone }: { at: Date | null; now: Date; timeZone: string }) {
  if (at === null) return <span>Never used</span>
  return <span title={formatInstant(at, timeZone)}>Last used {formatRelative(at, { now, timeZone })}</span>
}

/** Why records were refused last, each with what to do about it. */
function Reasons({ reasons, timeZone }: { reasons: KeyRow['lastReasons']; timeZone: string }) {
  return (
    <ul className="mt-2 ml-7 space-y-1 rounded-md bg-warn-soft px-3 py-2 text-xs">
      {reasons.map(({ reason, message, at }) => (
        <li key={reason} className="flex flex-wrap gap-x-3">
          <span className="min-w-0 flex-1 basis-60 wrap-anywhere">{message}</span>
          <time dateTime={at.toISOString()} className="text-ink-2">
            {formatInstant(at, timeZone)}
          </time>
        </li>
      ))}
    </ul>
  )
}

/** Ending a key can't be undone, so it takes two presses. */
function RevokeKey({ keyId, name, revoke }: { keyId: string; name: string; revoke: FormTarget['action'] }) {
  return (
    <Menu
      align="end"
      panelClassName="sm:w-72"
      summaryClassName={buttonClasses('quiet')}
      summary={
        <>
          Revoke<span className="sr-only"> {name}</span>
        </>
      }
    >
      <ActionForm target={{ action: revoke, fields: { keyId } }} className="p-2.5">
        <p className="mb-3 text-ink-2">
          What is sent with <span className="font-medium text-ink">{name}</span> from now on is refused. What it has sent stays.
        </p>
        <Button variant="danger" className="w-full">
          Revoke key
        </Button>
      </ActionForm>
    </Menu>
  )
}
