import base from '../../eslint.config.mjs'

// The one place that tells the console of a page what is wrong.
export default [...base, { files: ['**/src/browser/warn.ts'], rules: { 'no-console': ['error', { allow: ['warn'] }] } }]
