import Encoder from 'kafkajs/src/protocol/encoder.js'
import alterConfigs from 'kafkajs/src/protocol/requests/alterConfigs/index.js'

// https://kafka.apache.org/protocol#The_Messages_IncrementalAlterConfigs, since Kafka 2.3
const apiKey = 44
const set = 0
const { protocol } = alterConfigs

/**
 * Makes `alterConfigs` of kafkajs change only the given settings. kafkajs 2.2.4 has only the request AlterConfigs, which resets
 * every setting that it does not name. Everything else stays as in kafkajs, also the response, whose version 1 has the same
 * fields. Applies to all clients of the process.
 */
export function useIncrementalAlterConfigs(): void {
  alterConfigs.protocol =
    () =>
    ({ resources, validateOnly }) => ({
      request: {
        apiKey,
        apiVersion: 0,
        apiName: 'IncrementalAlterConfigs',
        encode: async () =>
          new Encoder()
            .writeArray(
              resources.map(({ type, name, configEntries }) =>
                new Encoder()
                  .writeInt8(type)
                  .writeString(name)
                  .writeArray(
                    configEntries.map((entry) =>
                      new Encoder().writeString(entry.name).writeInt8(set).writeString(entry.value),
                    ),
                  ),
              ),
            )
            .writeBoolean(validateOnly),
      },
      response: protocol({ version: 1 })({ resources, validateOnly }).response,
    })
}
