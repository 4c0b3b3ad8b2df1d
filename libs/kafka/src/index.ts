export { createKafka, kafkaSettings, type Kafka, type KafkaSettings } from './client.ts'
export { createKafkaLog } from './kafka-log.ts'
export {
  createProducer,
  type EventProducer,
  type EventRecord,
  OutcomeUnknownError,
  OverloadedError,
  type ProducerOptions,
} from './producer.ts'
export {
  createBatchConsumer,
  type BatchConsumer,
  type BatchConsumerOptions,
  type ConsumedBatch,
  type TopicPartition,
} from './consumer.ts'
export type { ConsumedRecord } from './consumed-record.ts'
export { createAdmin, type Admin, type PartitionOffsets } from './admin.ts'
export { missingTopics } from './missing-topics.ts'
