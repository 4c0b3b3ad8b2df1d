import fc from 'fast-check'

/** As much of JSON Schema as our documents use. */
export interface Schema {
  type?: string
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  format?: string
  pattern?: string
  minimum?: number
  maximum?: number
  minItems?: number
  maxItems?: number
  minLength?: number
  maxLength?: number
  example?: unknown
  examples?: unknown[]
}

/** What has broken services before, wherever a value is expected. */
export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    '',
    ' ',
    '\0',
    'a\0b',
    '\ud800',
    '\udfff\ud800',
    '\u202e',
    '١',
    '1',
    '-1',
    '1e3',
    'NaN',
    'null',
    'true',
    "'; drop table ads; --",
    '../../etc/passwd',
    '%00',
    '{}',
    ...[-1, 0, -0, 1.5, 2147483647, 2147483648, -2147483649, 4294967296, 9007199254740991, 9007199254740993],
    ...[1e308, 5e-324, 1e21],
    [],
    {},
    [[]],
    [null],
    { length: 1 },
    { toString: null },
    { ad_id: 1 },
    JSON.parse('{"__proto__":{"ad_id":1}}'),
    { constructor: { prototype: {} } },
    'x'.repeat(20_000),
    '٢٠٢٥-01-01T00:00:00Z',
    '2024-02-30T00:00:00Z',
    '+275760-09-13T00:00:00.001Z',
    '9999-12-31T23:59:60Z',
    '1999-12-31T23:59:59Z',
    '::ffff:1.2.3.4',
    'fe80::1%eth0',
    '1.2.3',
    '01.02.03.04',
    '1.2.3.4/8',
    ':::',
    'javascript:alert(1)',
    'http://user:pass@host/',
    'http://',
    '//x',
    'http://x/\0',
    'file:///etc/passwd',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.double(),
  fc.jsonValue({ maxDepth: 3 }),
)

/** A value of the schema; with `spice` (0 to 1) of its parts replaced by what breaks services. */
export function valueOf(schema: Schema, spice = 0.15): fc.Arbitrary<unknown> {
  const proper = properValueOf(schema, spice)
  return spice === 0
    ? proper
    : fc.oneof(
        { weight: Math.round((1 - spice) * 100), arbitrary: proper },
        { weight: Math.round(spice * 100), arbitrary: hostile },
      )
}

function properValueOf(schema: Schema, spice: number): fc.Arbitrary<unknown> {
  const { type, anyOf, minimum = -1000, maximum = 1_000_000 } = schema
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (anyOf) return fc.oneof(...anyOf.map((each) => valueOf(each, spice)))
  if (type === 'integer') return fc.integer({ min: Math.max(minimum, -2147483648), max: Math.min(maximum, 2147483647) })
  if (type === 'number') return fc.double({ min: minimum, max: maximum, noNaN: true })
  if (type === 'boolean') return fc.boolean()
  if (type === 'null') return fc.constant(null)
  if (type === 'array')
    return fc.array(valueOf(schema.items ?? {}, spice), {
      minLength: Math.min(schema.minItems ?? 0, 3),
      maxLength: Math.min(schema.maxItems ?? 5, 5),
    })
  if (type === 'object') return objectOf(schema, spice)
  return type === 'string' ? textOf(schema) : fc.jsonValue({ maxDepth: 2 })
}

function objectOf({ properties = {}, required = [] }: Schema, spice: number): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, valueOf(each, spice)]))
  return fc.record(fields, { requiredKeys: required.filter((name) => name in fields) })
}

function textOf({ format, pattern, minLength = 0, maxLength = 60 }: Schema): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.oneof(fc.uuid(), fc.uuid({ version: 7 }))
  if (format === 'date-time')
    return fc
      .integer({ min: Date.parse('1999-12-01T00:00:00Z'), max: Date.now() + 3 * 24 * 3600 * 1000 })
      .map((time) => new Date(time).toISOString())
  if (format === 'ipv4') return fc.ipV4()
  if (format === 'ipv6') return fc.ipV6()
  if (format === 'uri') return fc.webUrl({ withQueryParameters: true })
  if (pattern) return fc.stringMatching(new RegExp(pattern))
  return fc.string({ unit: 'grapheme', minLength: Math.min(minLength, 100), maxLength: Math.min(maxLength, 100) })
}
