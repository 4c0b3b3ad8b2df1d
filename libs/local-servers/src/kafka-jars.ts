import { downloadJars, jarsFolder } from './maven-jars.ts'

export const kafkaVersion = '4.1.1'

/** Where the broker's jars are kept between runs. */
export const kafkaFolder = () => jarsFolder(`kafka-${kafkaVersion}`)

const megabytes = 54

/** `progress` is told in words how much of it has arrived, every 2 MB. */
export async function downloadKafka(progress: (line: string) => void): Promise<void> {
  const artifacts = [
    `org.apache.kafka:kafka_2.13:${kafkaVersion}`,
    `org.apache.kafka:kafka-tools:${kafkaVersion}`,
    'org.slf4j:slf4j-simple:1.7.36',
  ]
  let told = 0
  progress(`Downloading Apache Kafka (${megabytes} MB, once) from Maven Central to ${kafkaFolder()}`)
  await downloadJars(kafkaFolder(), artifacts, (bytes) => {
    // Maven's own plugins are among the bytes: more than all is all.
    const received = Math.min(Math.floor(bytes / 1e6), megabytes)
    if (received < told + 2) return
    told = received
    progress(`Downloading Apache Kafka: ${received} of ${megabytes} MB`)
  })
}
