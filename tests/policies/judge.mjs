// Judges requests by policies: reads [{policy, requests}] on stdin, writes [[allowed, …], …] on stdout.
// A request is {principal, action, resource, account, context, ownPolicyGrantsEverything, ownPolicy}.
import { createValidatedPolicy, validateResourcePolicy } from '@cloud-copilot/iam-policy'
import { anonymousPrincipal, runSimulation, runUnsafeSimulation } from '@cloud-copilot/iam-simulate'
import { readFileSync } from 'node:fs'

const everything = {
  name: 'own',
  policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }
}

const simulation = (resourcePolicy, request) => ({
  request: {
    principal: request.principal ?? anonymousPrincipal,
    action: request.action,
    resource: { resource: request.resource, accountId: request.account },
    contextVariables: request.context
  },
  identityPolicies: request.ownPolicy
    ? [{ name: 'own', policy: request.ownPolicy }]
    : request.ownPolicyGrantsEverything ? [everything] : [],
  serviceControlPolicies: [],
  resourceControlPolicies: [],
  resourcePolicy
})

const checked = new Set()

// The simulation that validates also drops kms:EncryptionContext:…, hence the other one for the verdict.
async function check(policy, request) {
  const text = JSON.stringify(request)
  if (checked.has(text)) return
  checked.add(text)
  const { errors, result } = await runSimulation(simulation(policy, request), {})
  const unknown = (result?.ignoredContextKeys ?? []).filter((key) => !key.startsWith('kms:EncryptionContext:'))
  if (errors || unknown.length) throw new Error(`${text}: ${JSON.stringify(errors ?? { unknown })}`)
}

async function judge({ policy, requests }) {
  const valid = createValidatedPolicy(policy, validateResourcePolicy, { name: 'judged' })
  if (valid.errors.length) throw new Error(`${JSON.stringify(policy)}: ${JSON.stringify(valid.errors)}`)
  const verdicts = []
  for (const request of requests) {
    await check(policy, request)
    verdicts.push(runUnsafeSimulation(simulation(valid, request), {}) === 'Allowed')
  }
  return verdicts
}

const answers = []
for (const trial of JSON.parse(readFileSync(0, 'utf8'))) answers.push(await judge(trial))
process.stdout.write(JSON.stringify(answers))
