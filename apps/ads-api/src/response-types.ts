import { type SchemaOptions, Type } from '@sinclair/typebox'

// Single schemas instead of unions: for a union the serializer would try every member.

export function orNull<T extends 'string' | 'integer'>(type: T, options: SchemaOptions) {
  return Type.Unsafe<(T extends 'string' ? string : number) | null>({ ...options, type: [type, 'null'] })
}

export function oneOf<T extends string>(...values: T[]) {
  return Type.Unsafe<T>({ type: 'string', enum: values })
}
