import { isStorableText } from '@ads-tracker/events'
import { FormatRegistry, Kind, type SchemaOptions, type TSchema, Type, TypeRegistry } from '@sinclair/typebox'
import { allowed, type WithAllowed } from './error-messages.ts'
import { integerText } from './integer-text.ts'

// Kinds of query parameters that JSON Schema cannot express, or for which the messages of TypeBox are not plain enough.

// Labels that differ only in surrounding blanks would be different labels.
FormatRegistry.Set('label', (value) => isStorableText(value) && value === value.trim())

TypeRegistry.Set<TSchema>('Choice', (schema, value) => schema.enum.includes(value))
TypeRegistry.Set<TSchema & WithAllowed>('Names', (schema, value) => {
  const names = typeof value === 'string' ? value.split(',') : []
  return (
    names.length > 0 && new Set(names).size === names.length && names.every((name) => schema[allowed].includes(name))
  )
})
TypeRegistry.Set<TSchema>('Integers', ({ anyOf: [one, many] }, value) => {
  const isOne = TypeRegistry.Get('IntegerText')!
  return Array.isArray(value)
    ? value.length <= many.maxItems && value.every((each) => isOne(one, each))
    : isOne(one, value)
})

/** One of these values. */
export function choice<T extends string>(values: readonly T[], options: SchemaOptions) {
  return Type.Unsafe<T>({ ...options, [Kind]: 'Choice', type: 'string', enum: values })
}

/** Some of these values, separated by commas, each once. */
export function names(values: readonly string[], options: SchemaOptions) {
  const pattern = `^(${values.join('|')})(,(${values.join('|')}))*$`
  return Type.Unsafe<string>({ ...options, [Kind]: 'Names', type: 'string', pattern, [allowed]: values })
}

/** Integers: the parameter may be repeated. */
export function integers(options: Parameters<typeof integerText>[0] & { maxItems: number }) {
  const { maxItems, description, examples, ...bounds } = options
  const one = integerText({ ...bounds, description })
  return Type.Unsafe<string | string[]>({
    description,
    ...(examples && { examples }),
    [Kind]: 'Integers',
    anyOf: [one, { type: 'array', items: one, maxItems }],
  })
}
