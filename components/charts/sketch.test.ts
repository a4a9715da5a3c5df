import fc from 'fast-check'
import { expect, test } from 'vitest'
import { axisEnd, outlineOf, stackOf } from './sketch'

const series = [
  { name: 'a', values: [30, 0, 10] },
  { name: 'b', values: [10, 20, 0] },
]

test('pieces stand on each other, and what is nothing has no piece', () => {
  expect(stackOf(series, 3)).toEqual([
    { place: 0, bucket: 0, from: 0, to: 75 },
    { place: 1, bucket: 0, from: 75, to: 100 },
    { place: 1, bucket: 1, from: 0, to: 50 },
    { place: 0, bucket: 2, from: 0, to: 25 },
  ])
})

test('an axis ends where the chart library ends it', () => {
  expect([325, 52, 2_300, 40].map(axisEnd)).toEqual([340, 60, 2_400, 40])
})

test('an axis holds its highest value and is never twice as long', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e15, noNaN: true }), (highest) => {
      const end = axisEnd(highest)
      expect(end).toBeGreaterThanOrEqual(highest * 0.999999)
      expect(end).toBeLessThanOrEqual(highest * 2)
    }),
  )
})

test('nothing is drawn as nothing', () => {
  expect(stackOf([], 0)).toEqual([])
  expect(outlineOf([], [])).toBe('')
  expect(outlineOf([0, 0], [{ name: 'a', values: [0, 0] }])).toBe('M5 100.0L15 100.0')
})
