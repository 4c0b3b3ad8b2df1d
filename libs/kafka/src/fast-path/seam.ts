import { decodeFetchResponse, fetchVersion } from './fetch-response.ts'
import type { Broker, Cluster, Exchange } from '../kafkajs-internals.ts'

const fetchKey = 1

/** Decodes what the consumer of this cluster fetches with our reader. Everything else stays as in kafkajs. */
export function readFetchedRecords(cluster: Cluster): void {
  const find = cluster.findBroker.bind(cluster)
  const wrapped = new WeakMap<Broker, Broker>()
  cluster.findBroker = async (options) => {
    const broker = await find(options)
    const known = wrapped.get(broker) ?? withOurReader(broker)
    wrapped.set(broker, known)
    return known
  }
}

function withOurReader(broker: Broker): Broker {
  const lookupRequest: Broker['lookupRequest'] = (apiKey, definition) => {
    const protocol = broker.lookupRequest(apiKey, definition)
    return apiKey === fetchKey ? (parameters) => withOurDecoder(protocol(parameters)) : protocol
  }
  return Object.create(broker, { lookupRequest: { value: lookupRequest } }) as Broker
}

function withOurDecoder(exchange: Exchange): Exchange {
  if (exchange.request.apiVersion !== fetchVersion) return exchange
  const { decode, parse } = exchange.response
  return {
    ...exchange,
    response: { decode: async (bytes) => decodeFetchResponse(bytes) ?? decode(bytes), parse },
  }
}
