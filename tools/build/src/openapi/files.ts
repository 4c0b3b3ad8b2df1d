import { join } from 'node:path'
import { workspace } from '@ads-tracker/local-servers'

const sdk = join(workspace, 'libs/sdk')

export const files = {
  /** The merged document, which the SDK is made of and ships. */
  document: join(sdk, 'openapi.json'),
  types: join(sdk, 'src/generated/api.ts'),
  requests: join(sdk, 'src/generated/requests.ts'),
  sdkPackage: join(sdk, 'package.json'),
  /** The document as it was released last: what clients out there were built on. */
  released: join(workspace, 'tools/build/src/openapi/released.json'),
}
