'use client'

import { useActionState } from 'react'
import { Button } from '@/components/ui/button'
import { Field } from '@/components/ui/field'
import { KeyShownOnce } from './key-shown-once'

/** What came of the last try to create a key; null before the first. */
export type CreateKeyState =
  { kind: 'created'; name: string; key: string } | { kind: 'failed'; message: string; typedName: string } | null

/** A name and a button. The new key appears in its place, this once. Works without a script. */
export function KeyForm({ create }: { create: (state: CreateKeyState, form: FormData) => Promise<CreateKeyState> }) {
  const [state, submit, isPending] = useActionState(create, null)
  return (
    <div className="space-y-3 p-4 print:hidden">
      {state?.kind === 'created' ? <KeyShownOnce name={state.name} secret={state.key} /> : null}
      <form action={submit} className="flex flex-wrap items-end gap-2">
        <Field
          label="New key"
          name="name"
          placeholder="Work laptop"
          autoComplete="off"
          maxLength={100}
          required
          defaultValue={state?.kind === 'failed' ? state.typedName : undefined}
          error={state?.kind === 'failed' ? state.message : undefined}
          className="max-w-80 flex-1 basis-52"
        />
        <Button disabledReason={isPending ? 'One moment.' : null} className={state?.kind === 'failed' ? 'mb-5' : ''}>
          Create key
        </Button>
      </form>
    </div>
  )
}
