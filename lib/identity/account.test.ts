import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalEmail, describeSignInProblem, destinationAfterSignIn, displayName, verifiedEmail } from './account'
import type { AccountClaims } from './account'
import { IdTokenClaims } from './input'

const claims: AccountClaims = {
  issuer: 'https://login.example.com',
  subject: '1',
  email: 'Ada@Example.com',
  isEmailVerified: true,
  name: 'Ada',
}

/** Addresses as people have them: letters of several scripts, plain or international domains. */
const letters = 'abkisz019+_-éüñßőçжπא漢'
const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/).filter((text) => !text.includes('--'))
const domain = fc
  .tuple(fc.oneof(label, fc.constantFrom('bücher', 'straße', '例え', 'пример')), fc.constantFrom('com', 'test', 'org'))
  .map((labels) => labels.join('.'))
const local = fc
  .array(fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 3 })
  .map((atoms) => atoms.join('.'))
const address = fc.tuple(local, domain).map((parts) => parts.join('@'))

/** Ways to write an address differently so that a person, a database or a mail server may take it for the same. */
const twins: Record<string, (email: string) => string> = {
  'upper case': (email) => email.toUpperCase(),
  'decomposed letters': (email) => email.normalize('NFD'),
  'spaces around': (email) => `\u00a0 ${email}\t`,
  'full-width at': (email) => email.replace('@', '\uff20'),
  'small at': (email) => email.replace('@', '\ufe6b'),
  'full-width letters': (email) =>
    email.replace(/[a-z]/g, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0)),
  'mathematical letters': (email) =>
    email.replace(/[a-z]/g, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) - 0x61 + 0x1d41a)),
  'Kelvin sign': (email) => email.replaceAll('k', '\u212a'),
  'long s': (email) => email.replaceAll('s', '\u017f'),
  'ideographic stop': (email) => email.replace(/\.(?=[^.]*$)/, '\u3002'),
  'soft hyphen': (email) => `\u00ad${email}`.replace('@', '\u00ad@'),
  'zero-width joiner': (email) => email.replace('@', '\u200d@'),
  'variation selector': (email) => email.replace('@', '\ufe0f@'),
  'direction override': (email) => email.replace('@', '@\u202e'),
  'byte order mark inside': (email) => email.replace('@', '\ufeff@'),
  'null byte': (email) => `${email}\0`,
  'line break': (email) => email.replace('@', '\r\n@'),
  'quoted local part': (email) => email.replace(/^(.*)@/, '"$1"@'),
  comment: (email) => email.replace('@', '(x)@'),
  'trailing dot': (email) => `${email}.`,
  'second at': (email) => `${email}@attacker.test`,
  'display name': (email) => `Ada <${email}>`,
}

describe('canonicalEmail', () => {
  test.each([
    ['Ada@Example.COM', 'ada@example.com'],
    ['  ada@example.com\n', 'ada@example.com'],
    ["o'brien+tag@mail.example.com", "o'brien+tag@mail.example.com"],
    ['José@example.com', 'josé@example.com'],
    ['Jose\u0301@example.com', 'josé@example.com'],
    ['ada@Bücher.example', 'ada@xn--bcher-kva.example'],
    ['ada@xn--bcher-kva.example', 'ada@xn--bcher-kva.example'],
  ])('%j is %j', (text, email) => expect(canonicalEmail(text)).toBe(email))

  test.each([
    '',
    '@',
    'ada',
    'ada@',
    '@example.com',
    'ada@localhost',
    'ada@127.0.0.1',
    'ada@[127.0.0.1]',
    'ada@0x7f.1',
    'ada@example.com.',
    'ada@@example.com',
    'a@b@example.com',
    'ada\uff20example.com',
    'ada@attacker.test\uff20example.com',
    'ada\ufe6bexample.com',
    '"ada@attacker.test"@example.com',
    '"ada"@example.com',
    '.ada@example.com',
    'ada.@example.com',
    'a..da@example.com',
    'ada@-example.com',
    'ada@exam_ple.com',
    'ada@example..com',
    'ada@example.com,eve@attacker.test',
    'ada@example.com eve@attacker.test',
    'ada\u0000@example.com',
    'ada\r\nbcc:eve@example.com',
    'ada@ex\u212aample.com',
    'é@ex\u212aample.com',
    'ﬁona@example.com',
    `${'a'.repeat(65)}@example.com`,
    `a@${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.${'e'.repeat(60)}.${'f'.repeat(20)}.com`,
    `a@${'b'.repeat(64)}.com`,
  ])('%j is refused', (text) => expect(canonicalEmail(text)).toBeNull())

  test('whatever is answered is its own canonical form', () => {
    fc.assert(
      fc.property(fc.oneof(address, fc.string({ unit: 'binary' }), fc.emailAddress()), (text) => {
        const email = canonicalEmail(text)
        if (email !== null) expect(canonicalEmail(email)).toBe(email)
      }),
      { numRuns: 5_000 },
    )
  })

  test('addresses that people have are not refused', () => {
    fc.assert(
      fc.property(address, (text) => {
        expect(canonicalEmail(text)).not.toBeNull()
      }),
      { numRuns: 2_000 },
    )
  })

  test.each(Object.entries(twins))('a twin by %s is the same address or none, never another one', (_, twin) => {
    fc.assert(
      fc.property(address, (text) => {
        const email = canonicalEmail(text)
        const other = canonicalEmail(twin(text))
        // Upper case loses the difference of ß and ss for good: two addresses, and never one by accident.
        if (other !== null && !/ß/.test(text)) expect(other).toBe(email)
      }),
      { numRuns: 300 },
    )
  })

  test('a lookalike of a plain address is refused, not mapped onto it', () => {
    const plain = 'skip.kim@task.test'
    const kept = ['upper case', 'decomposed letters', 'spaces around']
    for (const [name, twin] of Object.entries(twins)) {
      expect([name, canonicalEmail(twin(plain))]).toEqual([name, kept.includes(name) ? plain : null])
    }
  })
})

describe('verifiedEmail', () => {
  const strict = { trustsUnstated: false }

  test('is the address that the provider vouches for', () => {
    expect(verifiedEmail(claims, strict)).toBe('ada@example.com')
  })

  test('is refused when the provider denies it, even where silence is trusted', () => {
    expect(() => verifiedEmail({ ...claims, isEmailVerified: false }, { trustsUnstated: true })).toThrow('does not confirm')
  })

  test('is believed without a word about it only where the operator said so', () => {
    const silent = { ...claims, isEmailVerified: null }
    expect(() => verifiedEmail(silent, strict)).toThrow('does not confirm')
    expect(verifiedEmail(silent, { trustsUnstated: true })).toBe('ada@example.com')
  })

  test('is asked for where it is missing or cannot be used', () => {
    expect(() => verifiedEmail({ ...claims, email: null }, strict)).toThrow('did not send an e-mail')
    expect(() => verifiedEmail({ ...claims, email: 'ada\uff20example.com' }, strict)).toThrow('did not send an e-mail')
  })
})

describe('IdTokenClaims', () => {
  test('reads what providers send, in their spellings', () => {
    const token = { iss: claims.issuer, sub: '1', email: claims.email, name: 'Ada', aud: 'outlay' }
    expect(IdTokenClaims.parse({ ...token, email_verified: true })).toEqual(claims)
    expect(IdTokenClaims.parse({ ...token, email_verified: 'true' })).toEqual(claims)
    expect(IdTokenClaims.parse({ ...token, email_verified: 'false' }).isEmailVerified).toBe(false)
    expect(IdTokenClaims.parse(token).isEmailVerified).toBeNull()
  })

  test('takes a claim of another type as a denial, not as silence', () => {
    for (const odd of [1, 'yes', {}, []]) {
      expect(IdTokenClaims.parse({ iss: 'i', sub: 's', email: 7, email_verified: odd })).toMatchObject({
        email: null,
        isEmailVerified: false,
      })
    }
  })

  test('refuses a token that names no account', () => {
    for (const token of [
      null,
      {},
      { iss: 'i' },
      { iss: '', sub: 's' },
      { iss: 'i', sub: 1 },
      { iss: 'i', sub: 'x'.repeat(256) },
    ]) {
      expect(IdTokenClaims.safeParse(token).success).toBe(false)
    }
  })
})

describe('displayName', () => {
  test.each([
    ['Ada  Lovelace ', 'Ada Lovelace'],
    ['Ada\u202e\r\nLovelace\0', 'Ada Lovelace'],
    ['', 'ada'],
    [' \t', 'ada'],
    [null, 'ada'],
    ['𝒜'.repeat(200), '𝒜'.repeat(100)],
  ])('%j becomes %j', (name, shown) => expect(displayName(name, 'ada@example.com')).toBe(shown))
})

describe('destinationAfterSignIn', () => {
  const origin = 'https://outlay.example.com'

  test.each([
    ['/acme/usage?range=month#top', '/acme/usage?range=month#top'],
    ['https://outlay.example.com/acme', '/acme'],
    ['acme', '/acme'],
    ['/a/../b', '/b'],
  ])('%j leads to %j', (asked, path) => expect(destinationAfterSignIn(asked, origin)).toBe(path))

  test.each([
    undefined,
    '',
    'https://attacker.test/',
    'https://outlay.example.com.attacker.test/',
    'https://outlay.example.com@attacker.test/',
    'http://outlay.example.com/acme',
    'https://outlay.example.com:8443/acme',
    '//attacker.test',
    '/\\attacker.test',
    '\\\\attacker.test',
    '/\t/attacker.test',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://',
    '/sign-in?callbackUrl=/sign-in',
    '/sign-out',
    `/${'a'.repeat(2_000)}`,
  ])('%j leads to the start page', (asked) => expect(destinationAfterSignIn(asked, origin)).toBe('/'))

  test('never leads to another site, nor does what it answers when read again', () => {
    const parts = fc.constantFrom('/', '\\', '//', 'attacker.test', '@', ':', '?', '#', '.', '%2f', '\t', '\n', 'https:', 'x')
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 8 }), (pieces) => {
        const path = destinationAfterSignIn(pieces.join(''), origin)
        expect(path).toMatch(/^\/(?!\/)/)
        expect(new URL(path, origin).origin).toBe(origin)
        expect(destinationAfterSignIn(path, origin)).toBe(path)
      }),
      { numRuns: 5_000 },
    )
  })
})

test('every problem has a sentence, and an unknown code does not reach into the object', () => {
  expect(describeSignInProblem('OAuthSignin')).toContain('could not be reached')
  for (const code of ['constructor', '__proto__', 'toString', '<script>']) {
    expect(describeSignInProblem(code)).toBe('The sign-in did not work. Try again.')
  }
})
