import { isStorableText } from '@ads-tracker/events'
import { FormatRegistry, Kind, type SchemaOptions, type TSchema, Type, TypeRegistry } from '@sinclair/typebox'
import { words, type Worded } from './error-messages.ts'
import { integerText } from './integer-text.ts'

// Kinds of query parameters that JSON Schema has no word for, or whose mistakes TypeBox would not name in plain words.

// A label that differs by blanks alone would be another one.
FormatRegistry.Set('label', (value) => isStorableText(value) && value === value.trim())

TypeRegistry.Set<TSchema>('Choice', (schema, value) => schema.enum.includes(value))
TypeRegistry.Set<TSchema & Worded>('Names', (schema, value) => {
  const names = typeof value === 'string' ? value.split(',') : []
  return names.length > 0 && new Set(names).size === names.length && names.every((name) => schema[words].includes(name))
})
TypeRegistry.Set<TSchema>('Integers', ({ anyOf: [one, many] }, value) => {
  const isOne = TypeRegistry.Get('IntegerText')!
  return Array.isArray(value)
    ? value.length <= many.maxItems && value.every((each) => isOne(one, each))
    : isOne(one, value)
})

/** One of these words. */
export function choice<T extends string>(values: readonly T[], options: SchemaOptions) {
  return Type.Unsafe<T>({ ...options, [Kind]: 'Choice', type: 'string', enum: values })
}

/** Some of these words, separated by commas, each once. */
export function names(values: readonly string[], options: SchemaOptions) {
  const pattern = `^(${values.join('|')})(,(${values.join('|')}))*$`
  return Type.Unsafe<string>({ ...options, [Kind]: 'Names', type: 'string', pattern, [words]: values })
}

/** Integers, each as a parameter of its own with the same name. */
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
