import './error-messages.ts'
import { Kind, type TSchema, Type, TypeRegistry } from '@sinclair/typebox'

interface IntegerText extends TSchema {
  minimum: number
  maximum: number
}

// TypeBox would accept "1.5", "1e3" and " 1" as integers.
TypeRegistry.Set<IntegerText>('IntegerText', ({ minimum, maximum }, value) => {
  return (
    typeof value === 'string' &&
    /^(0|[1-9]\d{0,14})$/.test(value) &&
    Number(value) >= minimum &&
    Number(value) <= maximum
  )
})

/** An integer in a path or a query string. The handler gets the text; `Number` converts it. */
export function integerText(options: {
  minimum: number
  maximum: number
  description: string
  default?: number
  examples?: number[]
}) {
  return Type.Unsafe<string>({ ...options, [Kind]: 'IntegerText', type: 'integer' })
}
