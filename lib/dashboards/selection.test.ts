import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addDays, daysBetween, isLocalDay } from '@/lib/time'
import { metrics, rangeNames, tableNames } from './report'
import { grainOf, openedRow, parseSelection, precedingRange, previousCut, selectionQuery } from './selection'

const numRuns = process.env['PROVE'] ? 10_000 : 300
const context = { now: new Date('2026-11-20T12:00:00Z'), timeZone: 'Europe/Berlin', firstDay: '2025-03-09' }
const today = '2026-11-20'
const plain = parseSelection({}, context)

/** The parameters of a query text, as the framework hands them over: twice the same name is an array. */
function parametersOf(query: string): Record<string, string | string[]> {
  const search = new URLSearchParams(query)
  return Object.fromEntries([...new Set(search.keys())].map((name) => [name, many(search.getAll(name))]))
}

const many = (all: string[]) => (all.length === 1 ? (all[0] ?? '') : all)

const dayUpTo = (last: string) => fc.integer({ min: 0, max: 3_000 }).map((daysAgo) => addDays(last, -daysAgo))
const key = fc.string({ unit: 'grapheme', maxLength: 60 })

/** Addresses that mean something. */
const parameters = fc
  .record({
    range: fc.constantFrom(undefined, ...rangeNames),
    span: fc.tuple(dayUpTo(today), dayUpTo(today)),
    mine: fc.constantFrom(undefined, '1'),
    metric: fc.constantFrom(undefined, ...metrics),
    table: fc.constantFrom(undefined, ...tableNames),
    before: fc.option(dayUpTo(today), { nil: undefined }),
    row: fc.option(fc.tuple(key, fc.integer({ min: 1, max: 500 })), { nil: undefined }),
  })
  .map(({ span, row, ...rest }) => {
    const [from, to] = [...span].sort()
    const custom = rest.range === 'custom' ? { from, to } : {}
    return { ...rest, ...custom, ...(row ? { open: row[0], people: String(row[1]) } : {}) }
  })

describe('a selection', () => {
  it('survives its own address', () => {
    fc.assert(
      fc.property(parameters, (given) => {
        const selection = parseSelection(given, context)
        expect(selection.ignored).toEqual([])
        expect(parseSelection(parametersOf(selectionQuery(selection, {})), context)).toEqual(selection)
      }),
      { numRuns },
    )
  })

  it('changes by a link only in what the link says', () => {
    const patches = fc.record(
      {
        range: fc.constantFrom(...rangeNames.filter((name) => name !== 'custom')),
        mine: fc.boolean(),
        metric: fc.constantFrom(...metrics),
        table: fc.constantFrom(...tableNames),
        before: fc.option(dayUpTo(today)),
        open: key,
        people: fc.integer({ min: 1, max: 500 }),
      },
      { requiredKeys: ['open'] },
    )
    fc.assert(
      fc.property(parameters, patches, (given, patch) => {
        const selection = parseSelection(given, context)
        const { range, mine, metric, table, before, open, people } = patch
        const next = parseSelection(parametersOf(selectionQuery(selection, patch)), context)
        const ranged = range === undefined ? selection : parseSelection({ range }, context)
        expect(next).toEqual({
          ...selection,
          rangeName: ranged.rangeName,
          range: ranged.range,
          previous: ranged.previous,
          isMine: mine ?? selection.isMine,
          metric: metric ?? selection.metric,
          table: table ?? selection.table,
          before: before === undefined ? selection.before : before,
          open,
          peopleLimit: people ?? selection.peopleLimit,
        })
      }),
      { numRuns },
    )
  })

  it('without anything in the address is the current billing period, and its address has nothing in it', () => {
    expect(plain).toEqual({
      rangeName: 'period',
      range: { from: '2026-11-01', to: today },
      previous: { from: '2026-10-12', to: '2026-10-31' },
      today,
      isMine: false,
      metric: 'spend',
      table: 'day',
      open: null,
      peopleLimit: 10,
      before: null,
      ignored: [],
    })
    expect(selectionQuery(plain, {})).toBe('')
  })

  it('never fails and never leaves its bounds, whatever stands in the address', () => {
    const anyCodeUnit = fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit))
    const value = fc.oneof(
      fc.string({ unit: anyCodeUnit, maxLength: 20 }),
      fc.constantFrom(
        '',
        '1',
        '-1',
        'NaN',
        '1e999',
        '2026-02-30',
        '0000-00-00',
        '9999-12-31',
        '1970-01-01',
        '__proto__',
        'custom',
        'all',
      ),
      fc.constantFrom('x', '“', 'é', '2').map((text) => text.repeat(2_000)),
    )
    const name = fc.constantFrom(
      'range',
      'from',
      'to',
      'mine',
      'metric',
      'table',
      'open',
      'people',
      'before',
      '__proto__',
      'constructor',
    )
    const hostile = fc.array(fc.tuple(name, fc.oneof(value, fc.array(value, { maxLength: 3 }), fc.constant(undefined))), {
      maxLength: 12,
    })
    fc.assert(
      fc.property(hostile, (pairs) => {
        const { range, previous, peopleLimit, open, before, ignored } = parseSelection(Object.fromEntries(pairs), context)
        expect(isLocalDay(range.from) && isLocalDay(range.to) && range.from <= range.to && range.to <= today).toBe(true)
        expect(daysBetween(range.from, range.to)).toBeLessThan(3_660)
        expect(previous === null || previous.to < range.from).toBe(true)
        expect(peopleLimit >= 1 && peopleLimit <= 500 && Number.isInteger(peopleLimit)).toBe(true)
        expect((open ?? '').length).toBeLessThanOrEqual(500)
        expect(before === null || isLocalDay(before)).toBe(true)
        // What is answered names what was wrong, shortened: an address can't write pages of text into the page.
        expect(ignored.every((sentence) => sentence.length < 160 && sentence.endsWith('.'))).toBe(true)
      }),
      { numRuns },
    )
  })

  it.each([
    [{ range: 'decade' }, 'There is no range called “decade”; this shows period.'],
    [{ metric: 'joy' }, 'There is no metric called “joy”; this shows spend.'],
    [{ table: 'people' }, 'There is no table called “people”; this shows day.'],
    [{ before: 'yesterday' }, 'The page of the table is not a day; this shows the newest days.'],
    [{ range: 'custom' }, 'A custom range needs a first and a last day; this shows the current billing period.'],
    [
      { range: 'custom', from: '2026-11-01' },
      'A custom range needs a first and a last day; this shows the current billing period.',
    ],
    [
      { range: 'custom', from: '2026-02-30', to: '2026-03-01' },
      'Days are written like 2026-11-20; this shows the current billing period.',
    ],
    [
      { range: 'custom', from: '1.11.2026', to: '2026-11-02' },
      'Days are written like 2026-11-20; this shows the current billing period.',
    ],
    [
      { range: 'custom', from: '2026-11-03', to: '2026-11-02' },
      'The first day is after the last; this shows the current billing period.',
    ],
    [
      { range: 'custom', from: '2026-11-03', to: '2026-11-21' },
      'The last day is in the future; this shows the current billing period.',
    ],
    [{ range: 'custom', from: '2016-11-12', to: today }, 'A range has at most 3660 days; this shows the current billing period.'],
  ])('%j names what is wrong and shows the default instead', (given, sentence) => {
    const selection = parseSelection(given, context)
    expect(selection).toEqual({ ...plain, ignored: [sentence] })
    // The next address no longer holds the mistake.
    expect(selectionQuery(selection, {})).toBe('')
  })

  it('takes the longest custom range that there may be, and one day', () => {
    const longest = parseSelection({ range: 'custom', from: '2016-11-13', to: today }, context)
    expect([longest.rangeName, daysBetween(longest.range.from, longest.range.to) + 1]).toEqual(['custom', 3_660])
    expect(parseSelection({ range: 'custom', from: today, to: today }, context)).toMatchObject({
      range: { from: today, to: today },
      previous: { from: '2026-11-19', to: '2026-11-19' },
    })
  })
})

describe('a named range', () => {
  it.each([
    ['week', '2026-11-14', 7],
    ['month', '2026-10-22', 30],
    ['year', '2025-11-21', 365],
    ['period', '2026-11-01', 20],
    ['all', '2025-03-09', 622],
  ])('%s ends today and begins on %s: %d days', (range, from, days) => {
    const selection = parseSelection({ range }, context)
    expect(selection.range).toEqual({ from, to: today })
    expect(daysBetween(from, today) + 1).toBe(days)
    // The year before begins before the first usage: nothing is compared with days of which nothing is known.
    expect(selection.previous).toEqual(range === 'all' || range === 'year' ? null : precedingRange(selection.range))
  })

  it('is compared from the first day on which the preceding range is wholly known', () => {
    const previousOf = (firstDay: string) => parseSelection({ range: 'week' }, { ...context, firstDay }).previous
    expect(previousOf('2026-11-07')).toEqual({ from: '2026-11-07', to: '2026-11-13' })
    expect(previousOf('2026-11-08')).toBeNull()
  })

  it.each([
    // The day is the organization's, not the machine's and not that of UTC.
    ['Asia/Kolkata', '2026-11-20T18:30:00Z', '2026-11-21'],
    ['Asia/Kolkata', '2026-11-20T18:29:59.999Z', '2026-11-20'],
    ['America/New_York', '2026-11-20T04:59:59Z', '2026-11-19'],
    ['Pacific/Kiritimati', '2026-11-20T10:00:00Z', '2026-11-21'],
  ])('in %s at %s ends on %s', (timeZone, now, day) =>
    expect(parseSelection({ range: 'week' }, { ...context, now: new Date(now), timeZone }).range.to).toBe(day),
  )

  it.each([
    ['UTC', '2026-11-20T12:00:00Z', '2026-11-01'],
    ['Asia/Kolkata', '2026-11-20T12:00:00Z', '2026-11-01'],
    ['America/New_York', '2026-11-20T12:00:00Z', '2026-10-31'],
    // In Kolkata it is December already, but the UTC month isn't over.
    ['Asia/Kolkata', '2026-11-30T20:30:00Z', '2026-11-01'],
    // In New York it is November still, but the next UTC month has begun there too.
    ['America/New_York', '2026-12-01T01:00:00Z', '2026-11-30'],
  ])('the billing period in %s at %s begins on the local day that holds the start of the UTC month, %s', (timeZone, now, from) =>
    expect(parseSelection({}, { ...context, now: new Date(now), timeZone }).range.from).toBe(from),
  )

  it('all of nothing, and of usage that is still to come, is today', () => {
    for (const firstDay of [null, '2026-11-21']) {
      expect(parseSelection({ range: 'all' }, { ...context, firstDay }).range).toEqual({ from: today, to: today })
    }
  })
})

describe('the preceding range', () => {
  it('is as long as the range and ends the day before it', () => {
    fc.assert(
      fc.property(dayUpTo(today), fc.integer({ min: 0, max: 400 }), (to, length) => {
        const range = { from: addDays(to, -length), to }
        const previous = precedingRange(range)
        expect(daysBetween(previous.from, previous.to)).toBe(length)
        expect(addDays(previous.to, 1)).toBe(range.from)
      }),
      { numRuns },
    )
  })

  it.each([
    ['week', 'Europe/Berlin', '2026-11-20T12:00:00Z', '2026-11-13T12:00:00.000Z'],
    // Thirteen hours into the last day, although the clock went back in between.
    ['week', 'Europe/Berlin', '2026-10-28T12:00:00Z', '2026-10-21T11:00:00.000Z'],
    ['month', 'Asia/Kolkata', '2026-11-20T18:45:00Z', '2026-10-21T18:45:00.000Z'],
  ])('of a %s in %s at %s is cut at %s, as long after its last day began as today did', (range, timeZone, now, cut) => {
    const at = { now: new Date(now), timeZone }
    expect(previousCut(parseSelection({ range }, { ...context, ...at }), at)?.toISOString()).toBe(cut)
  })

  it('is whole when the range has ended, and there is none before all', () => {
    const ended = parseSelection({ range: 'custom', from: '2026-11-01', to: '2026-11-19' }, context)
    expect(previousCut(ended, context)).toBeNull()
    expect(previousCut(parseSelection({ range: 'all' }, context), context)).toBeNull()
  })
})

describe('the grain', () => {
  it.each([
    [1, 'day'],
    [62, 'day'],
    [63, 'week'],
    [370, 'week'],
    [371, 'month'],
  ])('of %d days is the %s', (days, grain) => expect(grainOf({ from: addDays(today, 1 - days), to: today })).toBe(grain))
})

describe('the key of an opened row', () => {
  const range = { from: '2026-11-01', to: today }

  it('names a day, a day and model, or a project', () => {
    expect(openedRow('2026-11-05', { table: 'day', range })).toEqual({ day: '2026-11-05' })
    expect(openedRow('2026-11-05/anthropic/claude-sonnet-4-5', { table: 'model', range })).toEqual({
      day: '2026-11-05',
      model: 'anthropic/claude-sonnet-4-5',
    })
    expect(openedRow('a/b', { table: 'project', range })).toEqual({ project: 'a/b', range })
  })

  it('of usage without a project is empty, and is one', () => {
    expect(parseSelection({ table: 'project', open: '' }, context).open).toBe('')
    expect(openedRow('', { table: 'project', range })).toEqual({ project: '', range })
  })

  it.each(['2026-10-31', '2026-11-21', '', 'gpt', '2026-11-31', '20261105'])(
    '%j, which is no day of the range, opens nothing',
    (text) => {
      expect(openedRow(text, { table: 'day', range })).toBeNull()
      expect(openedRow(`${text}/model`, { table: 'model', range })).toBeNull()
    },
  )
})
