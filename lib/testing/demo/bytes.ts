/** Protocol-buffer bytes, written front to back into a buffer that grows: what an exporter does, without its objects. */
export class ByteWriter {
  private buffer = Buffer.allocUnsafe(16_384)
  length = 0

  /** Starts over, keeping the room. */
  clear(): void {
    this.length = 0
  }

  /** A copy of what was written. */
  toBuffer(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.length))
  }

  writeByte(byte: number): void {
    this.reserve(1)
    this.buffer[this.length] = byte
    this.length += 1
  }

  writeBytes(bytes: Buffer): void {
    this.reserve(bytes.length)
    if (bytes.length > 48) bytes.copy(this.buffer, this.length)
    // The call costs more than so few bytes.
    else for (let index = 0; index < bytes.length; index += 1) this.buffer[this.length + index] = bytes[index] ?? 0
    this.length += bytes.length
  }

  writeAll(other: ByteWriter): void {
    this.reserve(other.length)
    other.buffer.copy(this.buffer, this.length, 0, other.length)
    this.length += other.length
  }

  /** Text of ASCII characters alone, which is all that ids, times and numbers need. */
  writeAscii(text: string): void {
    this.reserve(text.length)
    for (let index = 0; index < text.length; index += 1) this.buffer[this.length + index] = text.charCodeAt(index)
    this.length += text.length
  }

  writeVarint(value: number): void {
    this.reserve(10)
    let rest = value
    while (rest >= 128) {
      this.buffer[this.length] = (rest % 128) | 128
      this.length += 1
      rest = Math.floor(rest / 128)
    }
    this.buffer[this.length] = rest
    this.length += 1
  }

  writeDouble(value: number): void {
    this.reserve(8)
    this.length = this.buffer.writeDoubleLE(value, this.length)
  }

  /** An instant in nanoseconds as eight bytes: more than a double holds exactly, so in two halves. */
  writeNanos(atMs: number): void {
    this.reserve(8)
    const low = (atMs % 0x1_0000_0000) * 1_000_000
    const high = Math.floor(atMs / 0x1_0000_0000) * 1_000_000 + Math.floor(low / 0x1_0000_0000)
    this.buffer.writeUInt32LE(low % 0x1_0000_0000, this.length)
    this.buffer.writeUInt32LE(high, this.length + 4)
    this.length += 8
  }

  /** A message within a message: its tag, its length, and what another writer holds of it. */
  writeMessage(tag: number, message: ByteWriter): void {
    this.writeByte(tag)
    this.writeVarint(message.length)
    this.writeAll(message)
  }

  private reserve(more: number): void {
    if (this.length + more <= this.buffer.length) return
    const bigger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + more))
    this.buffer.copy(bigger, 0, 0, this.length)
    this.buffer = bigger
  }
}

/** How many bytes a number takes on the wire. */
export function varintLength(value: number): number {
  let length = 1
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length += 1
  return length
}
