export const eventTypes = ['click', 'impression'] as const
export type EventType = (typeof eventTypes)[number]

export type TopicNames = Record<EventType, string>

/** Topic of each event type. `prefix` separates several systems on one broker; production uses none. */
export function topicNames(prefix = ''): TopicNames {
  return { click: `${prefix}ads.clicks.v1`, impression: `${prefix}ads.impressions.v1` }
}

/** The event type of a topic, or undefined if the topic is not one of ours. */
export function topicOf(names: TopicNames, topic: string): EventType | undefined {
  return eventTypes.find((type) => names[type] === topic)
}

/** `topic/partition`: the key of maps and the name in logs. */
export function partitionName({ topic, partition }: { topic: string; partition: number }): string {
  return `${topic}/${partition}`
}

/**
 * Configuration of the topics. Acknowledged events survive an outage of click-writer that is shorter than the retention;
 * with `LogAppendTime` the broker sets the timestamps of records.
 */
export const topicSettings = {
  partitions: 6,
  config: {
    'cleanup.policy': 'delete',
    'retention.ms': String(7 * 24 * 60 * 60 * 1000),
    'retention.bytes': '-1',
    // only whole segments are deleted, so records are kept up to this much longer
    'segment.ms': String(6 * 60 * 60 * 1000),
    'compression.type': 'producer',
    'message.timestamp.type': 'LogAppendTime',
    'max.message.bytes': String(1024 * 1024),
  },
} as const
