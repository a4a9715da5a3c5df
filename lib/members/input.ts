import { z } from 'zod'

/** A key of one's own: what it is called. */
export const CreateKey = z.object({
  name: z
    .string({ error: 'Give the key a name, such as the machine it is for.' })
    .trim()
    .min(1, 'Give the key a name, such as the machine it is for.')
    .max(100, 'Give the key a name of at most 100 characters.'),
})

export const RevokeKey = z.object({ keyId: z.uuid({ error: 'There is no such key.' }) })
