import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ConsumedRecord } from '../../src/consumed-record.ts'
import { decodeFetchResponse } from '../../src/fast-path/fetch-response.ts'
import { batchOf, fetchResponse, varInt } from './fetch-response-bytes.ts'

const fields = [
  'length',
  'key',
  'value',
  'number of headers',
  'name of the first header',
  'value of the first header',
  'name of the second header',
  'value of the second header',
] as const
type Field = (typeof fields)[number]

/** One record of a fixed content, of which `field` says `says` instead of its true length. */
function encodeRecord(index: number, field?: Field, says = 0): Buffer {
  const length = (name: Field, size: number) => varInt(name === field ? says : size)
  const sized = (name: Field, text: string) => [length(name, text.length), Buffer.from(text)]
  const body = Buffer.concat([
    Buffer.from([0]),
    varInt(5),
    varInt(index),
    ...sized('key', 'the key'),
    ...sized('value', 'the value'),
    length('number of headers', 2),
    ...sized('name of the first header', 'request-id'),
    ...sized('value of the first header', 'abc'),
    ...sized('name of the second header', 'trace'),
    ...sized('value of the second header', 'def'),
  ])
  return Buffer.concat([length('length', body.length), body])
}

const wholeRecord = encodeRecord(0)
const read = (set: Buffer) => decodeFetchResponse(fetchResponse('ads.clicks.v1', [set, set]))
const said = (set: Buffer) => {
  try {
    read(set)
    return 'read'
  } catch (error) {
    return String(error)
  }
}

test('records whose lengths are right are read', async () => {
  const set = await batchOf([0, 1, 2].map((index) => encodeRecord(index)))
  expect(said(set)).toBe('read')
})

const complaint = (field: Field, says: number) => {
  if (field === 'length') return `the record claims ${says} bytes`
  if (field === 'number of headers') return `the record claims ${says} headers`
  return `the ${field.replace(/the (first|second) header/, 'a header')} claims ${says} bytes`
}
const everywhere = fields.flatMap((field) => [0, 1, 2].map((place) => [field, place] as const))
const batchWith = (field: Field, place: number, says: number) =>
  batchOf([0, 1, 2].map((index) => encodeRecord(index, index === place ? field : undefined, says)))

test.each(everywhere)(
  'a length that does not fit is refused where it stands: %s of record %i of 3',
  async (field, place) => {
    // some of them lie within the batch, and the larger ones would be read as negative by 32 bits
    const wrong = [-2, -64, 3 * wholeRecord.length, 1000, 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 7, 2 ** 40, 2 ** 52]
    if (field !== 'length') wrong.push(wholeRecord.length)
    for (const says of wrong) expect(said(await batchWith(field, place, says))).toContain(complaint(field, says))
  },
)

test.each(everywhere)('a wrong length that fits is refused: %s of record %i of 3', async (field, place) => {
  for (const says of [0, 1, 12, 14, wholeRecord.length])
    expect(said(await batchWith(field, place, says)), `a length of ${says}`).toContain('has a corrupt record')
})

test('a number that never ends is refused where its record ends', async () => {
  // the last three bytes are text, where any byte may be
  for (let at = 0; at < wholeRecord.length - 3; at++) {
    const endless = Buffer.from(wholeRecord)
    endless.fill(0xff, at)
    expect(said(await batchOf([endless, wholeRecord])), `from byte ${at}`).toContain('does not end')
  }
})

test.each([-1, 1000, 2 ** 31 - 1])('a batch that claims %i records is refused', async (claimed) => {
  const set = await batchOf([0, 1, 2].map((index) => encodeRecord(index)))
  set.writeInt32BE(claimed, 57)
  expect(said(set)).toContain(`the batch claims ${claimed} records`)
})

test.each([0, 1, 2, 4])('a batch of 3 records that claims %i is refused', async (claimed) => {
  const set = await batchOf([0, 1, 2].map((index) => encodeRecord(index)))
  set.writeInt32BE(claimed, 57)
  expect(said(set)).toContain('has a corrupt record')
})

test.each([-1, 0, 48, 49, 100, 100_000, 2 ** 31 - 1])(
  'a first batch that claims %i bytes is refused',
  async (claimed) => {
    const set = await batchOf([0, 1, 2].map((index) => encodeRecord(index)))
    set.writeInt32BE(claimed, 8)
    expect(said(set)).toContain('has a corrupt record')
  },
)

test('a set of records that claims more bytes than the response has is refused', async () => {
  const response = fetchResponse('t', [await batchOf([wholeRecord])])
  expect(() => decodeFetchResponse(response.subarray(0, -1))).toThrow(/t\/0 has a corrupt record/)
})

test('the error names the partition, the record and the field', async () => {
  const set = await batchOf([encodeRecord(0), encodeRecord(1, 'value', 500)], { firstOffset: 70n })
  expect(() => read(set)).toThrow(
    'ads.clicks.v1/0 has a corrupt record; restore its log from another replica: ' +
      'record 2 of 2 from offset 70: the value claims 500 bytes where 35 are left',
  )
})

test('with any bytes changed, nothing is read from outside of the batch and nothing twice', async () => {
  const set = await batchOf([0, 1, 2, 3].map((index) => encodeRecord(index)))
  const change = fc.record({ at: fc.integer({ min: 61, max: set.length - 1 }), byte: fc.nat(255) })
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const copy = Buffer.from(set)
      for (const { at, byte } of changes) copy[at] = byte
      const response = fetchResponse('t', [copy])
      const start = response.length - copy.length
      let at = response.byteOffset + start + 61
      for (const { key, value } of recordsIn(response)) {
        for (const bytes of [key, value]) {
          if (bytes === null) continue
          expect(bytes.byteOffset).toBeGreaterThan(at)
          at = bytes.byteOffset + bytes.length
        }
      }
      expect(at).toBeLessThanOrEqual(response.byteOffset + response.length)
    }),
    { numRuns: 2000 },
  )
})

function recordsIn(response: Buffer): ConsumedRecord[] {
  try {
    return decodeFetchResponse(response)?.responses[0]?.partitions[0]?.messages[0]?.records ?? []
  } catch (error) {
    expect(error).toMatchObject({ code: 'corrupt_record' })
    return []
  }
}
