/** Random draws that repeat: sfc32, seeded from numbers alone. Small, fast, and the same on every machine. */
export class Random {
  private a = 0
  private b = 0
  private c = 0
  private d = 0
  private spareNormal = Number.NaN

  /** Starts the one sequence that belongs to these numbers; any other numbers give an unrelated one. */
  constructor(...keys: readonly number[]) {
    this.restart(...keys)
  }

  /** Starts over, as a new one of these numbers would: spares an object where there is a sequence per person and day. */
  restart(...keys: readonly number[]): this {
    let a = 0x9e3779b9
    let b = 0x243f6a88
    let c = 0xb7e15162
    for (const key of keys) {
      a = mix(a ^ (key | 0))
      b = mix((b + a) ^ Math.floor(key / 0x1_0000_0000))
      c = mix(c ^ b)
    }
    this.a = a
    this.b = b
    this.c = c
    this.d = 1
    this.spareNormal = Number.NaN
    for (let round = 0; round < 12; round += 1) this.next()
    return this
  }

  /** A whole number in [0, 2³²). */
  next(): number {
    const sum = (((this.a + this.b) | 0) + this.d) | 0
    this.d = (this.d + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** A number in [0, 1). */
  fraction(): number {
    return this.next() / 0x1_0000_0000
  }

  /** A whole number in [0, end). */
  below(end: number): number {
    return Math.floor(this.fraction() * end)
  }

  /** Whether something of this probability happens. */
  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  /** A draw from the standard normal distribution. */
  normal(): number {
    if (!Number.isNaN(this.spareNormal)) {
      const spare = this.spareNormal
      this.spareNormal = Number.NaN
      return spare
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.fraction()))
    const angle = 2 * Math.PI * this.fraction()
    this.spareNormal = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }

  /** A draw from the log-normal distribution with this median: how habits, sizes and waits are spread among people. */
  logNormal(median: number, sigma: number): number {
    return median * Math.exp(sigma * this.normal())
  }

  /** One of the items, each as likely as the others. */
  pick<T>(items: readonly T[]): T {
    return itemAt(items, this.below(items.length))
  }

  /** One of the items, as likely as its weight. */
  pickWeighted<T>(items: readonly { readonly weight: number; readonly item: T }[]): T {
    let left = this.fraction() * items.reduce((sum, entry) => sum + entry.weight, 0)
    for (const entry of items) {
      left -= entry.weight
      if (left < 0) return entry.item
    }
    return itemAt(items, items.length - 1).item
  }
}

/** The item at this place; asking past the end is a bug. */
export function itemAt<T>(items: readonly T[], index: number): T {
  const item = items[index]
  if (item === undefined) throw new RangeError(`no item ${index} among ${items.length}`)
  return item
}

/** A number that stands for a text: 32-bit FNV-1a. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return hash >>> 0
}

function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
