import { downloadJars, jarsFolder } from './maven-jars.ts'

export const kafkaVersion = '4.1.1'

/** Where the broker's jars are kept between runs. */
export const kafkaFolder = () => jarsFolder(`kafka-${kafkaVersion}`)

export const downloadKafka = () =>
  downloadJars(kafkaFolder(), [
    `org.apache.kafka:kafka_2.13:${kafkaVersion}`,
    `org.apache.kafka:kafka-tools:${kafkaVersion}`,
    'org.slf4j:slf4j-simple:1.7.36',
  ])
