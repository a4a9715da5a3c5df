import { readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { z } from 'zod'

const Manifest = z.object({ cronSecret: z.string() })

function readCronSecret(): string {
  return Manifest.parse(JSON.parse(readFileSync(process.env.E2E_MANIFEST ?? '', 'utf8'))).cronSecret
}

test('the built server says that it and its database are well', async ({ request }) => {
  const response = await request.get('/api/health')
  expect(response.status()).toBe(200)
  expect(await response.json()).toEqual({ status: 'ok' })
})

for (const name of ['minute', 'hourly', 'daily']) {
  test(`the ${name} cron route is closed without the secret, and does its work with it`, async ({ request }) => {
    const path = `/api/cron/${name}`
    expect((await request.get(path)).status()).toBe(401)
    expect((await request.get(path, { headers: { authorization: 'Bearer wrong' } })).status()).toBe(401)
    const response = await request.get(path, { headers: { authorization: `Bearer ${readCronSecret()}` } })
    expect(response.status()).toBe(200)
    expect(await response.json()).toHaveProperty('seconds')
  })
}
