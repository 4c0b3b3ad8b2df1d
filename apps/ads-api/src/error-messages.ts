import { Kind } from '@sinclair/typebox'
import { DefaultErrorFunction, SetErrorFunction, ValueErrorType } from '@sinclair/typebox/errors'

const formats: Record<string, string> = {
  uri: 'Expected an absolute http(s) URL without credentials',
  uuid: 'Expected a UUID',
  storable: 'Expected text without NUL or lone surrogates',
  label: 'Expected text without leading or trailing blanks, NUL or lone surrogates',
  'date-time':
    'Expected an RFC 3339 time with an offset, such as 2026-10-25T00:00:00%2B02:00 (a + in a URL is a space)',
}

/** The values that a parameter may list. A symbol, so that it is not in the OpenAPI document. */
export const allowed = Symbol('allowed')
export interface WithAllowed {
  [allowed]: readonly string[]
}
interface Described extends WithAllowed {
  minimum: number
  maximum: number
  enum: string[]
  anyOf: [Described, { maxItems: number }]
}

const kinds: Record<string, (schema: Described) => string> = {
  IntegerText: ({ minimum, maximum }) => `Expected an integer from ${minimum} to ${maximum}`,
  Integers: ({ anyOf: [{ minimum, maximum }, { maxItems }] }) =>
    `Expected an integer from ${minimum} to ${maximum}, given at most ${maxItems} times`,
  Choice: ({ enum: values }) => `Expected one of ${values.join(', ')}`,
  Names: (schema) => `Expected some of ${schema[allowed].join(', ')}, each once, separated by commas`,
}

// The message about an invalid field in a problem.
SetErrorFunction((error) => {
  const { errorType, schema } = error
  if (errorType === ValueErrorType.Kind) return kinds[schema[Kind]]?.(schema as never) ?? DefaultErrorFunction(error)
  if (errorType === ValueErrorType.StringFormat) return formats[schema.format] ?? DefaultErrorFunction(error)
  return DefaultErrorFunction(error)
})
