import { type Config, readConfig } from '../../src/gateway/config.ts'

/** A gateway that prints nothing, in front of these origins; nothing listens at the others. */
export function configOf(variables: Partial<Config>): Config {
  const nowhere = { ADS_API_URL: 'http://127.0.0.1:9', CLICK_INGEST_URL: 'http://127.0.0.1:9' }
  return { ...readConfig({ LOG_LEVEL: 'silent' }), ...nowhere, ...variables }
}
