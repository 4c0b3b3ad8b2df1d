import { createKafka } from '@ads-tracker/kafka'
import type { Consumer, ConsumerSubscribeTopics, ProducerBatch, ProducerConfig } from 'kafkajs'

interface Changes {
  producer?: Partial<ProducerConfig>
  batch?: Partial<ProducerBatch>
  subscription?: Partial<ConsumerSubscribeTopics>
}

/** `createKafka` of a client whose producers and consumers do something else than was asked for. kafkajs sends by itself, without the fast path. */
export function changedKafka({ producer = {}, batch = {}, subscription = {} }: Changes): typeof createKafka {
  return (...args) => {
    const client = createKafka(...args)
    const makeProducer = client.producer.bind(client)
    const makeConsumer = client.consumer.bind(client)
    return Object.assign(client, {
      fastPath: false,
      producer(config?: ProducerConfig) {
        const made = makeProducer({ ...config, ...producer })
        const sendBatch = (asked: ProducerBatch) => made.sendBatch({ ...asked, ...batch })
        return { ...made, sendBatch }
      },
      consumer(...config: Parameters<typeof makeConsumer>): Consumer {
        const made = makeConsumer(...config)
        const subscribe = (asked: ConsumerSubscribeTopics) => made.subscribe({ ...asked, ...subscription })
        return { ...made, subscribe: subscribe as Consumer['subscribe'] }
      },
    })
  }
}
