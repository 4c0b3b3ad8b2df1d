import { problem } from '@ads-tracker/service-kit'

// Paths of the public origin that match /ads/{id}: without this, another method on them is reported as an invalid id.
const methodsOf: Record<string, string> = { analytics: 'GET, HEAD', click: 'POST', impression: 'POST', events: 'POST' }

/**
 * A hook for the routes of one ad: rejects a reserved path with a 405 that lists its methods.
 * @throws Problem method_not_allowed
 */
export async function rejectReservedPaths({ params }: { params: unknown }): Promise<void> {
  const { id = '' } = params as { id?: string }
  if (Object.hasOwn(methodsOf, id)) {
    throw problem('method_not_allowed', {
      detail: `/ads/${id} supports ${methodsOf[id]}`,
      headers: { allow: methodsOf[id]! },
    })
  }
}
