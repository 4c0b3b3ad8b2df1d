import './error-messages.ts'
import { Kind, type TSchema, Type, TypeRegistry } from '@sinclair/typebox'
import { DefaultErrorFunction, /** An integer in a path or a query string. The handler gets the text, which `Number` reads as it is. */
export function integerText(options: { minimum: number; maximum: number; description: string; default?: number; examples?: number[] }) {
  return Type.Unsafe<string>({ ...options, [Kind]: 'IntegerText', type: 'integer' })
}
