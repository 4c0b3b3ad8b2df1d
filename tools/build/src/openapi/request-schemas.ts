import { type Document, operations, type Schema } from './document.ts'

export interface RequestSchema {
  params: Record<string, Schema>
  body?: Schema
}

const documentation = ['description', 'title', 'examples', 'example', 'default']

/** What each operation takes, without prose and references: the SDK checks a request by it before it is sent. */
export function requestSchemas(document: Document): Record<string, RequestSchema> {
  return Object.fromEntries(
    operations(document).map(({ name, operation }) => {
      const params = (operation.parameters ?? []).filter((parameter) => parameter.in !== 'header')
      const body = operation.requestBody?.content['application/json']?.schema
      const request: RequestSchema = {
        params: Object.fromEntries(params.map((parameter) => [parameter.name, plain(parameter.schema)])),
      }
      return [operation.operationId ?? name, body ? { ...request, body: plain(body) } : request]
    }),
  )

  function plain(schema: Schema): Schema {
    const found = schema.$ref ? document.components?.schemas?.[schema.$ref.split('/').at(-1) ?? ''] : schema
    if (!found) throw new Error(`there is no ${schema.$ref}`)
    const { properties, items, anyOf, ...rest } = Object.fromEntries(
      Object.entries(found).filter(([key]) => !documentation.includes(key)),
    ) as Schema
    return {
      ...rest,
      ...(properties && {
        properties: Object.fromEntries(Object.entries(properties).map(([key, inner]) => [key, plain(inner)])),
      }),
      ...(items && { items: plain(items) }),
      ...(anyOf && { anyOf: anyOf.map(plain) }),
    }
  }
}
