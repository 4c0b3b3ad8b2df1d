import nx from '@nx/eslint-plugin'
import tseslint from 'typescript-eslint'

// Which project may import which. `tools/test/test/boundaries.test.ts` shows that these rules fail lint.
const boundaries = [
  { sourceTag: 'type:app', onlyDependOnLibsWithTags: ['type:contract', 'type:data', 'type:infra'] },
  { sourceTag: 'type:data', onlyDependOnLibsWithTags: ['type:contract'] },
  { sourceTag: 'type:infra', onlyDependOnLibsWithTags: ['type:contract', 'type:infra'] },
  { sourceTag: 'type:contract', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'type:sdk', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'type:testing', onlyDependOnLibsWithTags: ['type:contract', 'type:data', 'type:infra', 'type:testing'] },
  {
    sourceTag: 'type:tool',
    onlyDependOnLibsWithTags: ['type:contract', 'type:data', 'type:infra', 'type:testing', 'type:sdk'],
  },
  // chaos starts the apps with parts that fail, build reads their configuration schemas
  {
    sourceTag: 'type:app-tool',
    onlyDependOnLibsWithTags: ['type:app', 'type:contract', 'type:data', 'type:infra', 'type:testing', 'type:tool'],
  },
  { sourceTag: 'app:click-ingest', notDependOnLibsWithTags: ['type:data'] },
  { sourceTag: 'app:ads-api', notDependOnLibsWithTags: ['lib:kafka'] },
]
const onlyIn = (name, lib) => ({
  name,
  message: `Only ${lib} imports ${name}: use what it exports.`,
})
const vendors = [onlyIn('drizzle-orm', 'libs/data'), onlyIn('postgres', 'libs/data'), onlyIn('kafkajs', 'libs/kafka')]

export default [
  { ignores: ['**/dist', '**/node_modules', '**/.nx', '**/.stack', '**/generated', '**/vitest.config.*.timestamp*'] },
  ...tseslint.configs.recommended.map((config) => ({ ...config, files: ['**/*.ts', '**/*.tsx'] })),
  { plugins: { '@nx': nx } },
  {
    files: ['**/*.ts', '**/*.tsx'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
      eqeqeq: 'error',
      'no-restricted-imports': [
        'error',
        { paths: vendors, patterns: [{ regex: '^drizzle-orm/', message: 'Only libs/data imports drizzle-orm.' }] },
      ],
      '@nx/enforce-module-boundaries': [
        'error',
        { enforceBuildableLibDependency: true, banTransitiveDependencies: true, allow: [], depConstraints: boundaries },
      ],
    },
  },
  {
    files: ['**/test/**/*.ts', '**/vitest.config.ts', 'libs/local-servers/**/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { banTransitiveDependencies: false, depConstraints: [{ sourceTag: '*', onlyDependOnLibsWithTags: ['*'] }] },
      ],
    },
  },
  {
    files: ['libs/data/**/*.ts', 'libs/kafka/**/*.ts', 'libs/local-servers/**/*.ts', 'tools/**/*.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    files: ['tools/**/*.ts', 'libs/dashboard/src/main.ts', 'libs/sdk/src/browser/warn.ts'],
    rules: { 'no-console': 'off' },
  },
]
