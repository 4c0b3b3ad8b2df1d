/** Cuts a stream of Kafka's frames (a length of four bytes, then as much) into whole ones, length included. */
export function createFrames(onFrame: (frame: Buffer) => void): (chunk: Buffer) => void {
  let held: Buffer = Buffer.alloc(0)
  return (chunk) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    while (held.length >= 4) {
      const length = held.readInt32BE(0) + 4
      if (held.length < length) return
      onFrame(held.subarray(0, length))
      held = held.subarray(length)
    }
  }
}

const produce = 0

/** Knows which answers of a connection belong to produce requests. */
export function createCorrelation() {
  const open = new Set<number>()
  return {
    request(frame: Buffer) {
      if (frame.readInt16BE(4) === produce) open.add(frame.readInt32BE(8))
    },
    /** True when this frame of the broker answers a produce request. */
    answersProduce: (frame: Buffer) => open.delete(frame.readInt32BE(4)),
  }
}
