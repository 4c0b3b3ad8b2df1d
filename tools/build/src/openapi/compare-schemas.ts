import type { Document, Schema } from './document.ts'

export type Resolve = <T extends { $ref?: string }>(value: T) => T
type Resolvers = { before: Resolve; after: Resolve }
type Compare = (before: Schema, after: Schema, resolve: Resolvers, where: string) => string[]

/** Follows one reference into the document's components. */
export function resolver(document: Document): Resolve {
  return (value) => {
    if (!value.$ref) return value
    const found = value.$ref
      .slice(2)
      .split('/')
      .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], document)
    if (!found) throw new Error(`there is no ${value.$ref}`)
    return found as typeof value
  }
}

/** What `before` took and `after` refuses or no longer understands. */
export const acceptsLess: Compare = (one, other, resolve, where) => {
  const before = resolve.before(one)
  const after = wayLike(before, resolve.after(other))
  const gone = Object.keys(before.properties ?? {}).filter((name) => !(name in (after.properties ?? {})))
  const needed = (after.required ?? []).filter((name) => !before.required?.includes(name))
  return [
    ...ofKind(before, after, where, (value) => value !== undefined),
    ...gone.map((name) => `${where}.${name} is no longer understood`),
    ...needed.map((name) => `${where}.${name} is needed now`),
    ...tighter(before, after, where),
    ...missing(before.enum, after.enum).map((value) => `${where} no longer takes ${value}`),
    ...missing(ways(before), ways(after)).map((way) => `${where} no longer takes ${way}`),
    ...inside(acceptsLess, before, after, resolve, where),
  ]
}

/** What `before` promised and `after` does not. */
export const promisesLess: Compare = (one, other, resolve, where) => {
  const [before, after] = [resolve.before(one), resolve.after(other)]
  const gone = Object.keys(before.properties ?? {}).filter((name) => !(name in (after.properties ?? {})))
  const unsure = (before.required ?? []).filter((name) => !after.required?.includes(name) && !gone.includes(name))
  // clients are told that codes of problems may be added
  const more = where.endsWith('.code') ? [] : missing(after.enum, before.enum)
  return [
    ...ofKind(before, after, where),
    ...gone.map((name) => `${where}.${name} is gone`),
    ...unsure.map((name) => `${where}.${name} may be absent`),
    ...more.map((value) => `${where} may be ${value}`),
    ...missing(ways(after), ways(before)).map((way) => `${where} may be ${way}`),
    ...inside(promisesLess, before, after, resolve, where),
  ]
}

function ofKind(before: Schema, after: Schema, where: string, isTold = (_after: unknown) => true): string[] {
  return ['type', 'format', 'pattern']
    .filter((key) => String(before[key]) !== String(after[key]) && isTold(after[key]))
    .map((key) => `${where}: ${key} ${before[key]} became ${after[key]}`)
}

// What was one way may have become one of several.
function wayLike(before: Schema, after: Schema): Schema {
  if (before.anyOf || !after.anyOf) return after
  return after.anyOf.find(({ type }) => type !== undefined && String(type) === String(before.type)) ?? after
}

function tighter(before: Schema, after: Schema, where: string): string[] {
  const bound = (schema: Schema, key: string, none: number) => (schema[key] as number | undefined) ?? none
  const floors = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'].filter(
    (key) => bound(after, key, -Infinity) > bound(before, key, -Infinity),
  )
  const ceilings = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'].filter(
    (key) => bound(after, key, Infinity) < bound(before, key, Infinity),
  )
  return [...floors, ...ceilings].map((key) => `${where}: ${key} is ${after[key]} now`)
}

function inside(compare: Compare, before: Schema, after: Schema, resolve: Resolvers, where: string): string[] {
  const properties = Object.entries(before.properties ?? {}).flatMap(([name, schema]) => {
    const later = after.properties?.[name]
    return later ? compare(schema, later, resolve, `${where}.${name}`) : []
  })
  const items = before.items && after.items ? compare(before.items, after.items, resolve, `${where}[]`) : []
  const parts = (before.allOf ?? []).flatMap((part, index) =>
    after.allOf?.[index] ? compare(part, after.allOf[index], resolve, where) : [],
  )
  return [...properties, ...items, ...parts]
}

const ways = ({ anyOf }: Schema) =>
  anyOf?.map(({ $ref, type, format }) => $ref ?? [type, format].filter(Boolean).join(' '))

// An absent list allows everything.
function missing(before: unknown[] | undefined, after: unknown[] | undefined): string[] {
  if (!after) return []
  if (!before) return ['less than everything']
  return before.filter((value) => !after.includes(value)).map(String)
}
