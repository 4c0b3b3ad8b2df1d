import { type Document, type Operation, operations, type Parameter, type Response } from './document.ts'
import { acceptsLess, promisesLess, type Resolve, resolver } from './compare-schemas.ts'

/**
 * What clients of `before` could trip over in `after`, one sentence each; nothing when the major version differs.
 * A request that was valid must stay valid and mean the same, an answer must keep what it promised. Additions are no break:
 * operations, optional fields and parameters, fields of answers, statuses of errors, codes of problems.
 */
export function breakingChanges(before: Document, after: Document): string[] {
  if (major(before) !== major(after)) return []
  const now = new Map(operations(after).map((one) => [one.name, one.operation]))
  const resolve = { before: resolver(before), after: resolver(after) }
  return operations(before).flatMap(({ name, operation }) => {
    const later = now.get(name)
    const changes = later
      ? [...ofRequest(operation, later, resolve), ...ofAnswers(operation, later, resolve)]
      : ['is gone']
    return changes.map((change) => `${name} ${change}`)
  })
}

type Resolvers = { before: Resolve; after: Resolve }

const major = ({ info }: Document) => info.version.split('.')[0]

function ofRequest(before: Operation, after: Operation, resolve: Resolvers): string[] {
  return [
    ...(before.operationId === after.operationId ? [] : [`has another operationId: ${after.operationId}`]),
    ...(isOpen(before) && !isOpen(after) ? ['needs a key'] : []),
    ...ofParameters(before.parameters ?? [], after.parameters ?? [], resolve),
    ...ofBody(before, after, resolve),
  ]
}

const isOpen = ({ security = [] }: Operation) =>
  security.length === 0 || security.some((way) => Object.keys(way).length === 0)

function ofParameters(before: Parameter[], after: Parameter[], resolve: Resolvers): string[] {
  const same = (one: Parameter) => (other: Parameter) => one.name === other.name && one.in === other.in
  const added = after
    .filter((one) => one.required && !before.some(same(one)))
    .map(({ name }) => `needs the new parameter ${name}`)
  return before
    .flatMap((one) => {
      const later = after.find(same(one))
      if (!later) return [`no longer takes the parameter ${one.name}`]
      return [
        ...(later.required && !one.required ? [`needs the parameter ${one.name}`] : []),
        ...acceptsLess(one.schema, later.schema, resolve, one.name),
      ]
    })
    .concat(added)
}

function ofBody({ requestBody: before }: Operation, { requestBody: after }: Operation, resolve: Resolvers): string[] {
  if (!before) return after?.required ? ['needs a body'] : []
  return Object.entries(before.content).flatMap(([type, { schema }]) => {
    const later = after?.content[type]
    return later ? acceptsLess(schema, later.schema, resolve, 'body') : [`no longer takes ${type}`]
  })
}

function ofAnswers(before: Operation, after: Operation, resolve: Resolvers): string[] {
  return Object.entries(before.responses).flatMap(([status, response]) => {
    const later = after.responses[status]
    if (!later) return Number(status) < 400 ? [`no longer answers ${status}`] : []
    return ofAnswer(resolve.before(response) as Response, resolve.after(later) as Response, resolve).map(
      (change) => `${status}: ${change}`,
    )
  })
}

function ofAnswer(before: Response, after: Response, resolve: Resolvers): string[] {
  const headers = Object.keys(before.headers ?? {})
    .filter((name) => !(name in (after.headers ?? {})))
    .map((name) => `no longer has the header ${name}`)
  return Object.entries(before.content ?? {})
    .flatMap(([type, { schema }]) => {
      const later = after.content?.[type]
      return later ? promisesLess(schema, later.schema, resolve, 'body') : [`is no longer ${type}`]
    })
    .concat(headers)
}
