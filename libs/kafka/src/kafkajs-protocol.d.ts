// Modules of kafkajs 2.2.4 that are imported by their path; kafkajs publishes no types for them.

interface KafkajsEncoder {
  writeInt8(value: number): this
  writeString(value: string): this
  writeBoolean(value: boolean): this
  writeArray(values: KafkajsEncoder[]): this
}

declare module 'kafkajs/src/protocol/encoder.js' {
  const Encoder: new () => KafkajsEncoder
  export default Encoder
}

declare module 'kafkajs/src/protocol/requests/alterConfigs/index.js' {
  interface Exchange {
    request: { apiKey: number; apiVersion: number; apiName: string; encode(): Promise<KafkajsEncoder> }
    response: object
  }
  interface Resources {
    resources: { type: number; name: string; configEntries: { name: string; value: string }[] }[]
    validateOnly: boolean
  }
  const alterConfigs: { protocol(version: { version: number }): (resources: Resources) => Exchange }
  export default alterConfigs
}

declare module 'kafkajs/src/protocol/requests/produce/index.js' {
  const produce: object
  export default produce
}
