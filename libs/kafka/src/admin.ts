import { setTimeout as pause } from 'node:timers/promises'
import type { ITopicConfig } from 'kafkajs'
import type { Kafka } from './client.ts'
import { withDeadline } from './deadline.ts'
import { useIncrementalAlterConfigs } from './incremental-alter-configs.ts'
import { type Cluster, openAdmin } from './kafkajs-internals.ts'

export interface PartitionOffsets {
  partition: number
  /** First offset that the log still has. */
  low: bigint
  /** Offset that the next record will get. */
  high: bigint
}

interface TopicDescription {
  partitions: number
  replication: number
  config: Record<string, string>
  /** Names of the settings that the topic itself has; the others are defaults of the broker. */
  overrides: string[]
}

export type Admin = ReturnType<typeof createAdmin>
type KafkaAdmin = ReturnType<Kafka['admin']>

const deadline = 5000
/** `ConfigSource.TOPIC_CONFIG` of kafkajs. */
const ofTopic = 1

/** Requests of an administrator. Connects at first use and again after a failure; each request has a deadline of 5 s. */
export function createAdmin(kafka: Kafka) {
  useIncrementalAlterConfigs()
  let opened: { admin: KafkaAdmin; cluster: Cluster } | undefined

  async function request<T>(
    what: string,
    send: (admin: KafkaAdmin, cluster: Cluster) => Promise<T>,
    ms = deadline,
  ): Promise<T> {
    const mine = (opened ??= openAdmin(kafka))
    const { admin, cluster } = mine
    try {
      return await withDeadline(
        admin.connect().then(() => send(admin, cluster)),
        ms,
        what,
      )
    } catch (error) {
      // a connection that hung is not used again
      if (opened === mine) opened = undefined
      admin.disconnect().catch(() => {})
      throw error
    }
  }

  return {
    /** Begin and end of the log of each partition. */
    offsets: (topic: string): Promise<PartitionOffsets[]> =>
      request(`fetching the offsets of ${topic}`, async (client) => {
        const offsets = await client.fetchTopicOffsets(topic)
        return offsets.map(({ partition, low, high }) => ({ partition, low: BigInt(low), high: BigInt(high) }))
      }),

    /** Partition counts of those topics that exist. */
    partitions: (topics: string[], ms = deadline): Promise<Map<string, number>> =>
      request(
        'listing topics',
        async (client) => {
          const existing = new Set(await client.listTopics())
          const wanted = topics.filter((topic) => existing.has(topic))
          if (wanted.length === 0) return new Map()
          const { topics: found } = await client.fetchTopicMetadata({ topics: wanted })
          return new Map(found.map(({ name, partitions }) => [name, partitions.length]))
        },
        ms,
      ),

    describe: (topic: string): Promise<TopicDescription> =>
      request(`describing ${topic}`, async (client) => {
        const { topics } = await client.fetchTopicMetadata({ topics: [topic] })
        const { resources } = await client.describeConfigs({
          includeSynonyms: false,
          resources: [{ type: 2, name: topic }],
        })
        const partitions = topics[0]?.partitions ?? []
        const entries = resources[0]?.configEntries ?? []
        const config = Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue]))
        const overrides = entries
          .filter(({ configSource }) => configSource === ofTopic)
          .map(({ configName }) => configName)
        return { partitions: partitions.length, replication: partitions[0]?.replicas.length ?? 0, config, overrides }
      }),

    brokers: (): Promise<number> =>
      request('listing the brokers', async (client) => (await client.describeCluster()).brokers.length),

    /** Resolves when every partition has a leader; false when the topics existed already. */
    create: (topics: ITopicConfig[]): Promise<boolean> =>
      request(
        'creating topics',
        async (client) => {
          const created = await client.createTopics({ topics, waitForLeaders: false, timeout: deadline })
          await waitForLeaders(
            client,
            topics.map(({ topic }) => topic),
          )
          return created
        },
        3 * deadline,
      ),

    addPartitions: (topic: string, count: number): Promise<boolean> =>
      request(
        `adding partitions to ${topic}`,
        (client) => client.createPartitions({ topicPartitions: [{ topic, count }], timeout: deadline }),
        3 * deadline,
      ),

    /** Changes the settings that `config` names; all others stay as they are. */
    configure: (topic: string, config: Record<string, string>): Promise<void> =>
      request(`configuring ${topic}`, async (client) => {
        const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }))
        await client.alterConfigs({ validateOnly: false, resources: [{ type: 2, name: topic, configEntries }] })
      }),

    /** Removes the records before these offsets; the log then begins there. */
    deleteRecords: (topic: string, partitions: { partition: number; offset: bigint }[]): Promise<void> =>
      request(`deleting records of ${topic}`, (client) =>
        client.deleteTopicRecords({
          topic,
          partitions: partitions.map(({ partition, offset }) => ({ partition, offset: String(offset) })),
        }),
      ),

    remove: (topics: string[]): Promise<void> =>
      request('removing topics', (client) => client.deleteTopics({ topics, timeout: deadline })),

    /** Removes a member from the group. Resolves also if it is not in the group. */
    removeMember: (groupId: string, memberId: string): Promise<void> =>
      request(`removing ${memberId} from ${groupId}`, async (_client, cluster) => {
        const coordinator = await cluster.findGroupCoordinator({ groupId })
        await coordinator.leaveGroup({ groupId, memberId }).catch((error: { type?: string }) => {
          if (error.type !== 'UNKNOWN_MEMBER_ID') throw error
        })
      }),

    async close(): Promise<void> {
      const mine = opened
      opened = undefined
      await mine?.admin.disconnect().catch(() => {})
    },
  }
}

// `waitForLeaders` of kafkajs fails when a broker does not know the new topic yet. A broker may also be named as leader before it
// is one: only a leader answers a request for the offsets.
async function waitForLeaders(client: KafkaAdmin, topics: string[]): Promise<void> {
  for (const end = performance.now() + 2 * deadline; ; await pause(50)) {
    try {
      const { topics: found } = await client.fetchTopicMetadata({ topics })
      const led = found.every(
        ({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0),
      )
      if (led && (await Promise.all(topics.map((topic) => client.fetchTopicOffsets(topic))))) return
    } catch (error) {
      if (performance.now() > end) throw error
    }
    if (performance.now() > end) throw new Error(`${topics.join(' and ')} have no leader yet`)
  }
}
