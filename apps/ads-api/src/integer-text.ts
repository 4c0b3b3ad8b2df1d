import './error-messages.ts'
import { Kind, type TSchema, Type, TypeRegistry } from '@sinclair/typebox'

interface IntegerText extends TSchema {
  minimum: number
  maximum: number
}

// TypeBox would read "1.5", "1e3" and " 1" as integers: what is in a URL must be digits.
TypeRegistry.Set<IntegerText>('IntegerText', ({ minimum, maximum }, value) => {
  return (
    typeof value === 'string' &&
    /^(0|[1-9]\d{0,14})$/.test(value) &&
    Number(value) >= minimum &&
    Number(value) <= maximum
  )
})

/** An integer in a path or a query string. The handler gets the text, which `Number` reads as it is. */
export function integerText(options: {
  minimum: number
  maximum: number
  description: string
  default?: number
  examples?: number[]
}) {
  return Type.Unsafe<string>({ ...options, [Kind]: 'IntegerText', type: 'integer' })
}
