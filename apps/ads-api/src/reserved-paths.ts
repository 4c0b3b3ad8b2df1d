import { problem } from '@ads-tracker/service-kit'

// Neighbours of /ads/{id} on the public origin. The router would take their names for an id that is wrong.
const methodsOf: Record<string, string> = { analytics: 'GET, HEAD', click: 'POST', impression: 'POST', events: 'POST' }

/**
 * A hook for the routes of one ad: another method on a neighbour is a 405 with what it does take.
 * @throws Problem method_not_allowed
 */
export async function refuseNeighbours({ params }: { params: unknown }): Promise<void> {
  const { id = '' } = params as { id?: string }
  if (Object.hasOwn(methodsOf, id)) {
    throw problem('method_not_allowed', {
      detail: `/ads/${id} supports ${methodsOf[id]}`,
      headers: { allow: methodsOf[id]! },
    })
  }
}
