import { isDeepStrictEqual } from 'node:util'
import type { Document, Schema } from './document.ts'

/**
 * Moves every schema with a title to `components/schemas` and refers to it there, so that generated code has names.
 * @throws when two different schemas have the same title
 */
export function nameSchemas(document: Document): { document: Document; schemas: Record<string, Schema> } {
  const named: Record<string, Schema> = {}
  const paths = visit(document.paths) as Document['paths']
  return {
    document: { ...document, paths },
    schemas: Object.fromEntries(Object.entries(named).sort(([one], [other]) => (one < other ? -1 : 1))),
  }

  function visit(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(visit)
    if (typeof value !== 'object' || value === null) return value
    const copy = oneEnum(
      Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, isData(key) ? inner : visit(inner)])),
    )
    return isTitled(copy) ? refer(copy) : copy
  }

  // The plugin moves examples from a whole body to its media type, so that one of two equal schemas may have none.
  function refer({ title, examples, ...schema }: Schema & { title: string }): Schema {
    const { examples: known, ...same }: Schema = named[title] ?? schema
    if (!isDeepStrictEqual(same, schema)) throw new Error(`two schemas have the title ${title}`)
    named[title] = { ...schema, ...((known ?? examples) && { examples: known ?? examples }) }
    return { $ref: `#/components/schemas/${title}` }
  }
}

// What an example holds is no schema, whatever its fields are called.
const isData = (key: string) => ['example', 'examples', 'default', 'enum'].includes(key)

function isTitled(value: Schema): value is Schema & { title: string } {
  return typeof value.title === 'string' && (value.type !== undefined || value.anyOf !== undefined)
}

// A union of literals reads better, and generates better, as one enum.
function oneEnum({ anyOf, ...rest }: Schema): Schema {
  const literals = anyOf?.flatMap((member) =>
    member.type === 'string' && member.enum?.length === 1 ? member.enum : [],
  )
  if (!anyOf) return rest
  return literals?.length === anyOf.length ? { ...rest, type: 'string', enum: literals } : { ...rest, anyOf }
}
