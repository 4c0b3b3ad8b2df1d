import { Kind } from '@sinclair/typebox'
import { DefaultErrorFunction, SetErrorFunction, ValueErrorType } from '@sinclair/typebox/errors'

const formats: Record<string, string> = {
  uri: 'Expected an absolute http(s) URL without credentials',
  uuid: 'Expected a UUID',
  storable: 'Expected text without NUL and lone surrogates',
}

// What a client reads about a field that is wrong.
SetErrorFunction((error) => {
  const { errorType, schema } = error
  if (errorType === ValueErrorType.Kind && schema[Kind] === 'IntegerText')
    return `Expected an integer from ${schema.minimum} to ${schema.maximum}`
  if (errorType === ValueErrorType.StringFormat) return formats[schema.format] ?? DefaultErrorFunction(error)
  return DefaultErrorFunction(error)
})
