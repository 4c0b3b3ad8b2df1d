import { loadConfig, serviceSettings } from '@ads-tracker/service-kit'
import { type Static, Type } from '@sinclair/typebox'

// The gateway is the edge: it ignores X-Forwarded-For, so there is no TRUST_PROXY.
const { HOST, PORT, LOG_LEVEL } = serviceSettings(8080)

export const Config = Type.Object({
  HOST,
  PORT,
  LOG_LEVEL,
  ADS_API_URL: Type.String({
    default: 'http://127.0.0.1:3001',
    pattern: '^https?://',
    description: 'Origin of ads-api',
  }),
  SITE_DIR: Type.String({
    default: '',
    description: 'Folder built by libs/dashboard: the pages, the tracker and openapi.json. Empty for none',
  }),
  CLICK_INGEST_URL: Type.String({
    default: 'http://127.0.0.1:3002',
    pattern: '^https?://',
    description: 'Origin of click-ingest',
  }),
})
export type Config = Static<typeof Config>

/** @throws ConfigError */
export const readConfig = (env: NodeJS.ProcessEnv): Config => loadConfig(Config, env)
