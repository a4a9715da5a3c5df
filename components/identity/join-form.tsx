'use client'

import { useActionState } from 'react'
import { Button } from '@/components/ui/button'
import { Notice } from '@/components/ui/notice'

/** What went wrong with the last try, or null before the first. */
export type JoinState = { message: string } | null

/** The one button with which a link is taken. Works without a script. */
export function JoinForm({
  action,
  slug,
  token,
}: {
  action: (state: JoinState, form: FormData) => Promise<JoinState>
  slug: string
  token: string
}) {
  const [state, submit, isPending] = useActionState(action, null)
  return (
    <form action={submit} className="flex flex-col gap-4">
      <input type="hidden" name="slug" value={slug} />
      <input type="hidden" name="token" value={token} />
      {state ? <Notice tone="bad">{state.message}</Notice> : null}
      <Button variant="primary" className="w-full" disabledReason={isPending ? 'One moment.' : null}>
        Join
      </Button>
    </form>
  )
}
