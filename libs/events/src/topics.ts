export const eventTypes = ['click', 'impression'] as const
export type EventType = (typeof eventTypes)[number]

export type TopicNames = Record<EventType, string>

/** Topic of each event type. `prefix` keeps several systems apart on one broker; production uses none. */
export function topicNames(prefix = ''): TopicNames {
  return { click: `${prefix}ads.clicks.v1`, impression: `${prefix}ads.impressions.v1` }
}

/** The event type that a topic carries, or undefined when the topic is not one of ours. */
export function topicOf(names: TopicNames, topic: string): EventType | undefined {
  return eventTypes.find((type) => names[type] === topic)
}

/** `topic/partition`: the key of maps and the name in logs. */
export function partitionName({ topic, partition }: { topic: string; partition: number }): string {
  return `${topic}/${partition}`
}

/**
 * How the topics must be configured. Retention is the length of outage that acknowledged events survive;
 * `LogAppendTime` makes the broker's clock the one that the complete-through mark falls back on.
 */
export const topicSettings = {
  partitions: 6,
  config: {
    'cleanup.policy': 'delete',
    'retention.ms': String(7 * 24 * 60 * 60 * 1000),
    'retention.bytes': '-1',
    // only a whole segment is deleted: records live for up to so much longer
    'segment.ms': String(6 * 60 * 60 * 1000),
    'compression.type': 'producer',
    'message.timestamp.type': 'LogAppendTime',
    'max.message.bytes': String(1024 * 1024),
  },
} as const
