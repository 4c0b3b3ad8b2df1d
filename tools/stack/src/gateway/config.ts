import { loadConfig, serviceSettings } from '@ads-tracker/service-kit'
import { type Static, Type } from '@sinclair/typebox'

// The gateway is the edge: it ignores X-Forwarded-For, so there is no TRUST_PROXY.
const { HOST, PORT, LOG_LEVEL } = serviceSettings(8080)

export const Config = Type.Object({
  HOST,
  PORT,
  LOG_LEVEL,
  ADS_API_URL: origin('ads-api', 3001),
  SITE_DIR: Type.String({
    default: '',
    description: 'Folder built by libs/dashboard: the pages, the tracker and openapi.json. Empty for none',
  }),
  CLICK_INGEST_URL: origin('click-ingest', 3002),
})
export type Config = Static<typeof Config>

function origin(app: string, port: number) {
  return Type.String({ default: `http://127.0.0.1:${port}`, pattern: '^https?://', description: `Origin of ${app}` })
}

/** @throws ConfigError */
export const readConfig = (env: NodeJS.ProcessEnv): Config => loadConfig(Config, env)
