import { expect, test } from 'vitest'
import { hashText, Random } from './random'

test('the same numbers give the same sequence, and any other number another', () => {
  const drawn = (...keys: number[]) => {
    const random = new Random(...keys)
    return Array.from({ length: 50 }, () => random.next())
  }
  expect(drawn(1, 2, 3)).toEqual(drawn(1, 2, 3))
  const others = [drawn(1, 2, 4), drawn(3, 2, 1), drawn(1, 2), drawn(1, 2, 3, 0), drawn(1, 2, 3 + 2 ** 32)]
  for (const other of others) expect(other.filter((word) => drawn(1, 2, 3).includes(word))).toEqual([])
})

test('a sequence that starts over forgets everything, a half used normal draw included', () => {
  const random = new Random(7)
  const first = random.normal()
  expect(random.restart(7).normal()).toBe(first)
})

test('draws have the distributions that they are named after', () => {
  const random = new Random(42)
  const many = Array.from({ length: 100_000 }, () => ({
    fraction: random.fraction(),
    normal: random.normal(),
    habit: random.logNormal(30, 0.85),
    die: random.below(6),
  }))
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  expect(mean(many.map(({ fraction }) => fraction))).toBeCloseTo(0.5, 2)
  expect(mean(many.map(({ normal }) => normal))).toBeCloseTo(0, 1)
  expect(mean(many.map(({ normal }) => normal ** 2))).toBeCloseTo(1, 1)
  expect(many.filter(({ habit }) => habit < 30).length / many.length).toBeCloseTo(0.5, 1)
  expect(new Set(many.map(({ die }) => die))).toEqual(new Set([0, 1, 2, 3, 4, 5]))
})

test('weights are kept to, and an item without weight is never drawn', () => {
  const random = new Random(5)
  const counts = { often: 0, seldom: 0, never: 0 }
  for (let draw = 0; draw < 40_000; draw += 1) {
    counts[
      random.pickWeighted<keyof typeof counts>([
        { weight: 0, item: 'never' },
        { weight: 3, item: 'often' },
        { weight: 1, item: 'seldom' },
      ])
    ] += 1
  }
  expect(counts.never).toBe(0)
  expect(counts.often / counts.seldom).toBeCloseTo(3, 0)
})

test('texts hash apart', () => {
  expect(new Set(['acme', 'acme-robotics', 'quillhaven', ''].map(hashText)).size).toBe(4)
})
