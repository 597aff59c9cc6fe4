/**
 * A headless Chromium, driven over its DevTools protocol through two pipes (--remote-debugging-pipe): JSON messages with a
 * zero byte behind each. No websocket, no port, no package.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import type { Loose } from '../../dashboards/preview/model/loose.ts'

/** Where Debian, Ubuntu, Fedora and Google put it; LONGSHIP_CHROMIUM names another. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chromium-headless-shell']
const START_MS = 20_000
const CALL_MS = 30_000

export function findChromium(): string | undefined {
  const wanted = process.env['LONGSHIP_CHROMIUM']
  const names = wanted === undefined || wanted === '' ? NAMES : [wanted]
  return names.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore', timeout: START_MS }).status === 0)
}

export interface Size {
  readonly width: number
  readonly height: number
  /** As a phone reports itself. */
  readonly isMobile?: boolean
}

export interface Tab {
  /** Everything that went wrong in the page: console errors, exceptions, refused by policy, failed requests. */
  readonly errors: string[]
  /** Addresses that the page asked for. */
  readonly requests: string[]
  open(url: string): Promise<void>
  /** An expression in the page; its value comes back as JSON. Promises are waited for. */
  evaluate<T>(expression: string): Promise<T>
  /** Until the expression is true; the error says what it was instead. */
  until(expression: string, ms?: number): Promise<void>
  resize(size: Size): Promise<void>
  prefer(theme: 'light' | 'dark'): Promise<void>
  hover(place: readonly [number, number]): Promise<void>
  drag(from: readonly [number, number], to: readonly [number, number]): Promise<void>
  press(key: string): Promise<void>
  type(text: string): Promise<void>
  screenshot(file: string, isWhole?: boolean): Promise<void>
  close(): Promise<void>
}

export interface Chromium {
  tab(size: Size): Promise<Tab>
  close(): Promise<void>
}

type Message = {
  id?: number
  method?: string
  params?: Loose
  result?: Loose
  error?: { message: string }
  sessionId?: string
}

export async function startChromium(program: string): Promise<Chromium> {
  const profile = mkdtempSync(join(tmpdir(), 'longship-chromium-'))
  const child = spawn(
    program,
    [
      '--headless=new',
      '--remote-debugging-pipe',
      `--user-data-dir=${profile}`,
      // Containers run as root and have little shared memory; no request is to leave the machine.
      ...['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--no-first-run', '--hide-scrollbars'],
      ...[
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--force-color-profile=srgb',
      ],
      'about:blank',
    ],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
  )
  const connection = connect(child)
  await connection.call('Browser.getVersion', {}, undefined, START_MS)
  return {
    async tab(size) {
      const { targetId } = await connection.call('Target.createTarget', { url: 'about:blank' })
      const { sessionId } = await connection.call('Target.attachToTarget', { targetId, flatten: true })
      const tab = await createTab(connection, sessionId, size)
      return { ...tab, close: async () => void (await connection.call('Target.closeTarget', { targetId })) }
    },
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      await connection.call('Browser.close').catch(() => child.kill('SIGKILL'))
      await ended
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

interface Connection {
  call(method: string, params?: object, sessionId?: string, ms?: number): Promise<Loose>
  listen(listener: (message: Message) => void): void
}

function connect(child: ChildProcess): Connection {
  const [, , , to, from] = child.stdio as unknown as [null, null, null, Writable, Readable]
  const waiting = new Map<number, (message: Message) => void>()
  const listeners: ((message: Message) => void)[] = []
  let rest = ''
  let last = 0
  from.setEncoding('utf8')
  from.on('data', (text: string) => {
    const parts = (rest + text).split('\0')
    rest = parts.pop()!
    for (const part of parts) {
      const message = JSON.parse(part) as Message
      if (message.id !== undefined) waiting.get(message.id)?.(message)
      else for (const listener of listeners) listener(message)
    }
  })
  to.on('error', () => {})
  return {
    listen: (listener) => void listeners.push(listener),
    call: (method, params = {}, sessionId, ms = CALL_MS) =>
      new Promise((resolve, reject) => {
        const id = ++last
        const timer = setTimeout(() => reject(new Error(`${method}: no answer in ${ms} ms`)), ms)
        waiting.set(id, ({ result, error }) => {
          clearTimeout(timer)
          waiting.delete(id)
          if (error === undefined) resolve(result)
          else reject(new Error(`${method}: ${error.message}`))
        })
        to.write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
      }),
  }
}

async function createTab(connection: Connection, sessionId: string, size: Size): Promise<Omit<Tab, 'close'>> {
  const errors: string[] = []
  const requests: string[] = []
  const call = (method: string, params: object = {}) => connection.call(method, params, sessionId)
  connection.listen((message) => {
    if (message.sessionId === sessionId) note(message, errors, requests)
  })
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await call(`${domain}.enable`)
  const mouse = (type: string, [x, y]: readonly [number, number], buttons: number) =>
    call('Input.dispatchMouseEvent', { type, x, y, button: 'left', buttons, clickCount: 1 })
  const tab: Omit<Tab, 'close'> = {
    errors,
    requests,
    async open(url) {
      const { errorText } = await call('Page.navigate', { url })
      if (errorText !== undefined) throw new Error(`${url}: ${errorText}`)
      await tab.until('document.readyState === "complete"')
    },
    async evaluate(expression) {
      const { result, exceptionDetails } = await call('Runtime.evaluate', {
        expression,
        awaitPromise: true,
        returnByValue: true,
      })
      if (exceptionDetails !== undefined)
        throw new Error(`${expression}: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`)
      return result.value
    },
    async until(expression, ms = 20_000) {
      const end = Date.now() + ms
      for (;;) {
        const value = await tab.evaluate<unknown>(expression).catch((error: Error) => error.message)
        if (value === true) return
        if (Date.now() > end) throw new Error(`not true in ${ms} ms but ${JSON.stringify(value)}: ${expression}`)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    },
    async resize({ width, height, isMobile = false }) {
      await call('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: isMobile })
    },
    async prefer(theme) {
      await call('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: theme }] })
    },
    hover: async (place) => void (await mouse('mouseMoved', place, 0)),
    async drag(from, to) {
      await mouse('mouseMoved', from, 0)
      await mouse('mousePressed', from, 1)
      const middle = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2] as const
      for (const place of [middle, to]) await mouse('mouseMoved', place, 1)
      await mouse('mouseReleased', to, 0)
    },
    async press(key) {
      const text = key === 'Enter' ? '\r' : undefined
      await call('Input.dispatchKeyEvent', {
        type: 'keyDown',
        key,
        code: key,
        text,
        windowsVirtualKeyCode: KEYS.get(key),
      })
      await call('Input.dispatchKeyEvent', { type: 'keyUp', key, code: key, windowsVirtualKeyCode: KEYS.get(key) })
    },
    type: async (text) => void (await call('Input.insertText', { text })),
    async screenshot(file, isWhole = false) {
      const { cssContentSize: whole } = await call('Page.getLayoutMetrics')
      const clip = isWhole ? { clip: { x: 0, y: 0, width: whole.width, height: whole.height, scale: 1 } } : {}
      const { data } = await call('Page.captureScreenshot', { format: 'png', captureBeyondViewport: isWhole, ...clip })
      writeFileSync(file, Buffer.from(data, 'base64'))
    },
  }
  await tab.resize(size)
  return tab
}

const KEYS: ReadonlyMap<string, number> = new Map([
  ['Enter', 13],
  ['Escape', 27],
  ['Tab', 9],
  ['ArrowDown', 40],
  ['ArrowUp', 38],
])

function note({ method, params }: Message, errors: string[], requests: string[]): void {
  if (method === 'Runtime.exceptionThrown')
    errors.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text)
  if (method === 'Runtime.consoleAPICalled' && ['error', 'assert'].includes(params.type)) {
    errors.push(params.args.map((each: Loose) => each.value ?? each.description).join(' '))
  }
  if (method === 'Log.entryAdded' && params.entry.level === 'error')
    errors.push(`${params.entry.text} ${params.entry.url ?? ''}`)
  if (method === 'Network.requestWillBeSent') requests.push(params.request.url)
}
