import { type Static, type TObject, Type } from '@sinclair/typebox'
import { Kafka as KafkajsClient, logLevel, type SASLOptions } from 'kafkajs'

/** A kafkajs client. If `fastPath` is set, its producers and consumers use fast-path/. */
export type Kafka = KafkajsClient & { fastPath?: boolean }

const brokerList = String.raw`^\s*[^\s,]+:\d{1,5}\s*(,\s*[^\s,]+:\d{1,5}\s*)*$`

/** The variables of every process that uses Kafka, to spread into a configuration schema. */
export const kafkaSettings = {
  KAFKA_BROKERS: Type.String({
    pattern: brokerList,
    default: '127.0.0.1:19092',
    localDefault: true,
    description: 'host:port of one or more brokers, comma separated',
  }),
  TOPIC_PREFIX: Type.String({
    default: '',
    pattern: '^[a-zA-Z0-9._-]*$',
    description: 'Prefix of the topics and the consumer group',
  }),
  KAFKA_FAST_PATH: Type.Boolean({
    default: true,
    description: 'Encode and read records with our own code; false uses kafkajs',
  }),
  KAFKA_TLS: Type.Boolean({
    default: false,
    description: 'Use TLS for Kafka and verify the certificates of the brokers',
  }),
  KAFKA_CA: Type.Optional(
    Type.String({
      minLength: 1,
      secret: true,
      description: "Authority (PEM) that signed the brokers' certificates; implies KAFKA_TLS",
    }),
  ),
  KAFKA_SASL_MECHANISM: Type.Optional(
    Type.Union([Type.Literal('plain'), Type.Literal('scram-sha-256'), Type.Literal('scram-sha-512')], {
      description: 'plain, scram-sha-256 or scram-sha-512; none when absent',
      needs: ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'],
    }),
  ),
  KAFKA_SASL_USERNAME: Type.Optional(
    Type.String({ description: 'User of the SASL mechanism', needs: ['KAFKA_SASL_MECHANISM'] }),
  ),
  KAFKA_SASL_PASSWORD: Type.Optional(
    Type.String({ secret: true, description: 'Password of the SASL mechanism', needs: ['KAFKA_SASL_MECHANISM'] }),
  ),
}
type Settings = Static<TObject<typeof kafkaSettings>>
export type KafkaSettings = Omit<Settings, 'KAFKA_FAST_PATH'> & Partial<Settings>

/** Receives what kafkajs logs. */
export type KafkaLog = (
  level: 'error' | 'warn' | 'info' | 'debug',
  message: string,
  extra: Record<string, unknown>,
) => void

/**
 * A kafkajs client with timeouts: by default it takes 16 s to reject and waits forever for a hung broker.
 * A consumer uses `retry` to look up its coordinator.
 */
export function createKafka(
  config: KafkaSettings,
  clientId: string,
  log: KafkaLog,
  retry = { initialRetryTime: 100, maxRetryTime: 500, retries: 2 },
): Kafka {
  const client = new KafkajsClient({
    clientId,
    brokers: config.KAFKA_BROKERS.split(',').map((broker) => broker.trim()),
    connectionTimeout: 3000,
    requestTimeout: 3000,
    enforceRequestTimeout: true,
    retry: { ...retry, restartOnFailure: async () => true },
    ssl: tls(config),
    ...(config.KAFKA_SASL_MECHANISM && { sasl: sasl(config) }),
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => {
      const { message, timestamp: _timestamp, logger: _logger, ...extra } = entry.log
      log(levelOf(entry.level, extra), message, { namespace: entry.namespace, ...extra })
    },
  })
  return Object.assign(client, { fastPath: config.KAFKA_FAST_PATH ?? true })
}

const levelNames: Record<number, 'error' | 'warn' | 'info' | 'debug'> = {
  [logLevel.ERROR]: 'error',
  [logLevel.WARN]: 'warn',
  [logLevel.INFO]: 'info',
  [logLevel.DEBUG]: 'debug',
}

// After the start of a new broker the coordinator does not exist yet; kafkajs retries.
function levelOf(level: number, { error }: { error?: unknown }) {
  return error === 'The group coordinator is not available' ? 'info' : (levelNames[level] ?? 'debug')
}

function tls(config: KafkaSettings) {
  return config.KAFKA_CA === undefined ? config.KAFKA_TLS : { ca: [config.KAFKA_CA] }
}

function sasl(config: KafkaSettings): SASLOptions {
  return {
    mechanism: config.KAFKA_SASL_MECHANISM,
    username: config.KAFKA_SASL_USERNAME ?? '',
    password: config.KAFKA_SASL_PASSWORD ?? '',
  } as SASLOptions
}
