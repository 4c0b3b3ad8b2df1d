// Asks the app in this container; exits 0 when it answers 200. The path is /livez unless another one is given.
// CommonJS, as the package.json of the bundle says that lies beside it.
const { get } = require('node:http')

const request = get(
  { host: '127.0.0.1', port: process.env.PORT, path: process.argv[2] ?? '/livez', timeout: 2000 },
  ({ statusCode }) => {
    process.exit(statusCode === 200 ? 0 : 1)
  },
)
request.on('error', () => process.exit(1))
request.on('timeout', () => process.exit(1))
