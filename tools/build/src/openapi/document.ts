/** As much of an OpenAPI 3.1 document as we touch; the rest is passed through. */
export interface Document {
  openapi: string
  info: { title: string; version: string; description?: string; [key: string]: unknown }
  paths: Record<string, PathItem>
  components?: {
    schemas?: Record<string, Schema>
    responses?: Record<string, Response>
    securitySchemes?: Record<string, unknown>
  }
  [key: string]: unknown
}
export type PathItem = Partial<Record<Method, Operation>>

const methods = ['get', 'put', 'post', 'patch', 'delete'] as const
export type Method = (typeof methods)[number]

export interface Operation {
  operationId?: string
  summary?: string
  tags?: string[]
  security?: Record<string, string[]>[]
  parameters?: Parameter[]
  requestBody?: { required?: boolean; content: Content }
  responses: Record<string, Response>
}
export interface Parameter {
  name: string
  in: string
  required?: boolean
  schema: Schema
  [key: string]: unknown
}
export interface Response {
  $ref?: string
  description: string
  headers?: Record<string, { schema: Schema }>
  content?: Content
}
type Content = Record<string, { schema: Schema; example?: unknown; examples?: Record<string, { value: unknown }> }>

/** A JSON Schema of draft 2020-12. */
export interface Schema {
  $ref?: string
  title?: string
  type?: string
  enum?: unknown[]
  required?: string[]
  properties?: Record<string, Schema>
  items?: Schema
  anyOf?: Schema[]
  allOf?: Schema[]
  examples?: unknown[]
  [key: string]: unknown
}

/** Each operation with the words that name it, such as `GET /ads`. */
export function operations(document: Document): { name: string; path: string; method: Method; operation: Operation }[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    methods.flatMap((method) =>
      item[method] ? [{ name: `${method.toUpperCase()} ${path}`, path, method, operation: item[method] }] : [],
    ),
  )
}
