import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TSchema } from '@sinclair/typebox'
import { describe, expect, it } from 'vitest'
import { AdEvent, decodeEvent, encodeEvent, eventVersion } from '../src/index.ts'

// What every version looked like when it was first written to a topic. These files are never changed, only added to.
const golden = join(import.meta.dirname, 'golden')
const records = readdirSync(golden).filter((name) => /^ad-event\.v\d+\.json$/.test(name))
const read = (name: string) => readFileSync(join(golden, name))

const advice =
  'Records of it lie in topics for 7 days, and writers of the version before still run while this one is deployed. ' +
  'Keep what is there and add an optional field instead; or raise eventVersion, teach decodeEvent both, deploy the readers first, ' +
  'and commit test/golden/ad-event.vN.json and .schema.json of the new version.'

describe('the versions of the event', () => {
  it.each(records)('can all be read still: %s', (name) => {
    const decoded = decodeEvent(read(name))
    expect(decoded.ok, `this code cannot read ${name} any more. ${advice}`).toBe(true)
  })

  it('have a golden record and schema of the current one', () => {
    expect(readdirSync(golden), advice).toEqual(
      expect.arrayContaining([`ad-event.v${eventVersion}.json`, `ad-event.v${eventVersion}.schema.json`]),
    )
  })

  it('are not broken by the schema of today', () => {
    const before = JSON.parse(read(`ad-event.v${eventVersion}.schema.json`).toString())
    expect(
      breaks(before, JSON.parse(JSON.stringify(AdEvent))),
      `the schema of version ${eventVersion} was changed. ${advice}`,
    ).toEqual([])
  })

  it.each([
    ['a field that is gone', ({ ad_id: _, ...rest }: Properties) => rest],
    ['a field of another type', (properties: Properties) => ({ ...properties, playback_time: { type: 'string' } })],
    [
      'a bound that is narrower',
      (properties: Properties) => ({ ...properties, ad_id: { ...properties.ad_id, maximum: 100 } }),
    ],
    ['a new field that is required', (properties: Properties) => ({ ...properties, campaign: { type: 'string' } })],
  ])('would be broken by %s', (_name, edit) => {
    const properties = edit(AdEvent.properties as unknown as Properties)
    expect(breaks(AdEvent, { ...AdEvent, properties, required: Object.keys(properties) })).not.toEqual([])
  })

  it('may gain an optional field, which the version before ignores', () => {
    const properties = { ...AdEvent.properties, campaign: { type: 'string' } }
    expect(breaks(AdEvent, { ...AdEvent, properties } as unknown as TSchema)).toEqual([])
    const record = { ...JSON.parse(read(`ad-event.v${eventVersion}.json`).toString()), campaign: 'autumn' }
    const decoded = decodeEvent(Buffer.from(JSON.stringify(record)))
    expect(decoded).toMatchObject({ ok: true })
  })

  it('are written by today exactly as the golden record is', () => {
    const decoded = decodeEvent(read(`ad-event.v${eventVersion}.json`))
    expect(decoded.ok && encodeEvent(decoded.event)).toBe(read(`ad-event.v${eventVersion}.json`).toString().trim())
  })
})

type Properties = Record<string, Record<string, unknown>>

/** What makes `after` refuse a record of `before`, or `before` one of `after`. */
function breaks(before: TSchema, after: TSchema): string[] {
  const [old, now] = [before.properties as Properties, after.properties as Properties]
  const changed = Object.keys(old).filter((name) => JSON.stringify(old[name]) !== JSON.stringify(now[name]))
  const demanded = (after.required as string[]).filter((name) => !(before.required as string[]).includes(name))
  return [
    ...changed.map((name) => `${name} was changed or removed`),
    ...demanded.map((name) => `${name} is required now`),
  ]
}
