/** docker-compose.yml and its override, service by service, and what they must agree on with the files they mount. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { IMAGES, PORTS, TENANT, USERS } from '../../stack/facts.ts'

interface Service {
  readonly image: string
  readonly build?: string
  readonly user?: string
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly cap_add?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly pids_limit?: number
  readonly mem_limit?: string
  readonly logging?: { driver: string; options: Record<string, string> }
  readonly healthcheck?: { test?: readonly string[]; disable?: boolean }
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly environment?: Record<string, string>
  readonly depends_on?: Record<string, { condition: string }>
  readonly profiles?: readonly string[]
  readonly restart?: string
  readonly command?: readonly string[]
}

interface Compose {
  readonly services: Record<string, Service>
  readonly volumes: Record<string, unknown>
}

const read = (path: string) => readFileSync(path, 'utf8')
const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose
const override = parse(read('docker-compose.ha.yml'), {
  merge: true,
  customTags: [mergeTag('!reset'), mergeTag('!override'), mergeTag('!override', 'seq')],
}) as Compose

/** Made from dashboards/, where that is. */
const MADE_FROM_DASHBOARDS = existsSync('dashboards') ? [] : ['./loki/rules', './grafana/dashboards']

const FILES = { 'docker-compose.yml': compose, 'docker-compose.ha.yml': override }
/** What the override only changes carries the base file's settings. */
const services = Object.entries(FILES).flatMap(([file, { services }]) =>
  Object.entries(services)
    .filter(([name]) => file === 'docker-compose.yml' || !(name in compose.services))
    .map(([name, service]) => ({ where: `${file}: ${name}`, name, service })),
)

/** Runs once and ends: no health to check, no restart. */
const ENDS = new Set(['grafana-init', 'objects-init'])

/** What a service must be, whichever it is. */
const RULES: Readonly<Record<string, (service: Service, name: string) => boolean>> = {
  'its image has an exact version': ({ image }) =>
    /^[\w./-]+:v?[A-Za-z]*\.?\d[\w.:-]*\d\S*$/.test(image) && !image.includes('latest'),
  'its image is the one of stack/facts.ts, or ours': ({ image, build }) =>
    (Object.values(IMAGES) as string[]).includes(image) || (image === `longship:${version()}` && build === '.'),
  'its root file system is read-only': ({ read_only }) => read_only === true,
  'it gains no privileges': ({ security_opt }) => security_opt?.includes('no-new-privileges:true') === true,
  'it has no capabilities, but to read logs': ({ cap_drop, cap_add = [] }) =>
    cap_drop?.[0] === 'ALL' && cap_add.every((name) => name === 'DAC_READ_SEARCH'),
  'it says which user it is': ({ user }) => /^\d+:\d+$/.test(user ?? ''),
  'it is root only to read logs, or where its image is and without any capability': ({
    image,
    user,
    cap_add = [],
    volumes = [],
  }) =>
    !user?.startsWith('0:') ||
    volumes.some((each) => each.endsWith(':/var/lib/docker/containers:ro')) ||
    (image === IMAGES.objectStore && cap_add.length === 0),
  'its memory and processes have a limit': ({ mem_limit, pids_limit }) =>
    /^(?:\$\{\w+:-)?\d+[mg]\}?$/.test(mem_limit ?? '') && (pids_limit ?? 0) > 0,
  'its log is rotated': ({ logging }) =>
    logging?.driver === 'json-file' &&
    /^\d+m$/.test(logging.options['max-size']!) &&
    Number(logging.options['max-file']) > 0,
  "its log carries the container's and the service's name": ({ logging }) =>
    logging?.options['tag'] === '{{.Name}}' &&
    logging.options['labels']?.includes('com.docker.compose.service') === true,
  'its health is checked, or it ends': ({ healthcheck, restart }, name) =>
    ENDS.has(name) ? healthcheck?.disable === true && restart === 'no' : (healthcheck?.test?.length ?? 0) > 1,
  'its ports are on LONGSHIP_BIND, this machine by default': ({ ports = [] }) =>
    ports.every((port) => port.startsWith('${LONGSHIP_BIND:-127.0.0.1}:')),
  'it has no socket of Docker': ({ volumes = [] }) => volumes.every((each) => !each.includes('docker.sock')),
  'what it mounts from here is read-only': ({ volumes = [] }) =>
    volumes.every((each) => !/^[./$]/.test(each) || each.endsWith(':ro')),
  'it starts when what it needs is healthy': ({ depends_on = {} }) =>
    Object.entries(depends_on).every(
      ([name, { condition }]) => condition === (ENDS.has(name) ? 'service_completed_successfully' : 'service_healthy'),
    ),
}

for (const [rule, holds] of Object.entries(RULES)) {
  test(`every service: ${rule}`, () => {
    assert.ok(services.length > 10)
    assert.deepEqual(
      services.filter(({ service, name }) => !holds(service, name)).map(({ where }) => where),
      [],
    )
  })
}

test('volumes: every name is declared, every file is there', () => {
  for (const [file, { services, volumes }] of Object.entries(FILES)) {
    const sources = Object.values(services).flatMap(({ volumes = [] }) => volumes.map((each) => each.split(':')[0]!))
    const names = sources.filter((each) => /^[a-z]/.test(each))
    const known = { ...compose.volumes, ...volumes }
    assert.deepEqual(
      names.filter((name) => !(name in known)),
      [],
      file,
    )
    const paths = sources.filter((each) => each.startsWith('./'))
    assert.deepEqual(
      paths.filter((path) => !existsSync(path) && !MADE_FROM_DASHBOARDS.includes(path)),
      [],
      file,
    )
  }
})

test('variables: what compose files read stands in .env.example with the same default, and nothing else does', () => {
  const used = new Map<string, string>()
  for (const file of [...Object.keys(FILES), 'docker-compose.shipper.yml']) {
    // Nested: ${A:-…} holds no other here.
    for (const [, name, fallback] of read(file).matchAll(/\$\{(\w+)(?::-([^}]*))?(?::[?+][^}]*)?\}/g)) {
      const before = used.get(name!)
      assert.ok(before === undefined || before === (fallback ?? ''), `${name} has two defaults`)
      used.set(name!, fallback ?? '')
    }
  }
  const lines = [...read('.env.example').matchAll(/^#?([A-Z_0-9]+)=(.*)$/gm)]
  assert.deepEqual(Object.fromEntries(lines.map(([, name, value]) => [name, value])), Object.fromEntries(used))
})

test('ports: inside, each service listens where the others look for it', () => {
  const { loki, grafana, longship, promtail, alloy, alertmanager } = compose.services
  const loki1 = parse(read('loki/loki.yaml'))
  assert.equal(loki1.server.http_listen_port, PORTS.loki)
  const inner = (service: Service) => Number(service.ports?.[0]?.split(':').at(-1))
  assert.deepEqual(
    [loki, grafana, alloy, alertmanager].map((each) => inner(each!)),
    [PORTS.loki, PORTS.grafana, PORTS.alloy, PORTS.alertmanager],
  )
  for (const each of [longship, grafana]) assert.equal(each!.environment?.['LOKI_URL'], `http://loki:${PORTS.loki}`)
  assert.equal(parse(read('promtail/promtail.yaml')).clients[0].url, `http://loki:${PORTS.loki}/loki/api/v1/push`)
  assert.ok(read('promtail/config.alloy').includes(`"http://loki:${PORTS.loki}/loki/api/v1/push"`))
  assert.ok(longship!.healthcheck!.test!.join(' ').includes(`127.0.0.1:${PORTS.shipper}/ready`))
  assert.ok(promtail!.healthcheck!.test!.join(' ').includes(`/127.0.0.1/${PORTS.promtail} `))
})

test('users: those of the images; the shipper writes by its group', () => {
  const users = Object.fromEntries(Object.entries(compose.services).map(([name, { user }]) => [name, user]))
  assert.equal(users['loki'], `${USERS.loki}:${USERS.loki}`)
  assert.equal(users['grafana'], `${USERS.grafana}:0`)
  assert.equal(users['longship'], `0:${USERS.longship}`)
  const dockerfile = read('Dockerfile')
  assert.match(dockerfile, new RegExp(`install -d -o ${USERS.longship} -g ${USERS.longship} -m 2770 /var/lib/longship`))
  assert.match(dockerfile, new RegExp(`^USER ${USERS.longship}:${USERS.longship}$`, 'm'))
})

test("rules lie where Loki's ruler looks for its only tenant", () => {
  const { directory } = parse(read('loki/loki.yaml')).ruler_storage.local
  assert.ok(compose.services['loki']!.volumes!.includes(`./loki/rules:${directory}/${TENANT}:ro`))
})

test('a password is nobody’s default, and none is written down', () => {
  const text = Object.keys(FILES).map(read).join('\n')
  assert.doesNotMatch(text, /password\w*: *["']?(?!\/run\/|\$\{)\w/i)
  assert.match(text, /GF_SECURITY_ADMIN_PASSWORD__FILE: \/run\/grafana-init\/admin-password/)
})

test('Dockerfile: pinned, two stages, production dependencies, not root, a health check', () => {
  const dockerfile = read('Dockerfile')
  const from = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)
  assert.deepEqual(from, [IMAGES.node, IMAGES.node])
  assert.match(dockerfile, /npm prune --omit=dev/)
  assert.match(dockerfile, /^HEALTHCHECK /m)
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths]) => paths!.split(' '))
  assert.deepEqual(
    copied.filter((path) => !existsSync(path)),
    [],
  )
  const allowed = read('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1))
  const isAllowed = (path: string) =>
    allowed.some((each) => path === each || (each === 'stack/*.mjs' && /^stack\/\w.*\.mjs$/.test(path)))
  assert.deepEqual(
    copied.filter((path) => !isAllowed(path)),
    [],
  )
})

function version(): string {
  return JSON.parse(read('package.json')).version
}

/** Compose's own: !reset takes a base file's key away, !override replaces it. */
function mergeTag(tag: string, collection: 'map' | 'seq' = 'map') {
  return { tag, collection, resolve: (value: unknown) => value as null }
}
