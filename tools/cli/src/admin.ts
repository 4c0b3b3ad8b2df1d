import { type Admin, createAdmin, createKafka, type KafkaSettings } from '@ads-tracker/kafka'

type Retry = NonNullable<Parameters<typeof createKafka>[3]>

/** Does `work` with an admin of the brokers. What kafkajs logs is left out: the error that it throws says the same. */
export async function withAdmin<T>(
  config: KafkaSettings,
  name: string,
  work: (admin: Admin) => Promise<T>,
  retry?: Retry,
): Promise<T> {
  const admin = createAdmin(createKafka(config, name, () => {}, retry))
  try {
    return await work(admin)
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'deadline') throw cause
    const { message } = cause as Error
    throw Object.assign(new Error(message, { cause }), { broker: config.KAFKA_BROKERS })
  } finally {
    await admin.close()
  }
}
