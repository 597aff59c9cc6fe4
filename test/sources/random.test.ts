/** Writers, rotation, truncation, stalls and restarts in random order: every line arrives, none twice, in order. */
import assert from 'node:assert/strict'
import { appendFileSync, copyFileSync, existsSync, renameSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { openPositions } from '../../shipper/sources/positions.ts'
import { Follower, temporaryDirectory } from './harness.ts'

type Step = 'write' | 'write much' | 'half' | 'rename' | 'copytruncate' | 'tick' | 'stall' | 'restart'

const STEP = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Step>('write') },
  { weight: 2, arbitrary: fc.constantFrom<Step>('write much', 'half') },
  { weight: 3, arbitrary: fc.constantFrom<Step>('rename', 'copytruncate') },
  { weight: 4, arbitrary: fc.constantFrom<Step>('tick', 'tick', 'stall', 'restart') },
)

class World {
  readonly directory = temporaryDirectory()
  readonly path = join(this.directory, 'app.log')
  readonly seen: string[] = []
  readonly problems: string[] = []
  readonly #pattern: string
  #follower: Follower
  #written = 0
  #isHalf = false

  constructor(pattern: string) {
    this.#pattern = join(this.directory, pattern)
    this.#follower = this.#start()
  }

  get expected(): string[] {
    return Array.from({ length: this.#written }, (_, i) => `line ${i + 1}`)
  }

  async step(step: Step): Promise<void> {
    if (step === 'write') this.#write(3)
    else if (step === 'write much') this.#write(900)
    else if (step === 'half') this.#half()
    else if (step === 'tick') await this.#follower.tick()
    else if (step === 'stall') await this.#stall()
    else if (step === 'restart') await this.#restart()
    else await this.#rotate(step)
  }

  /** A consumer asks for its first event at once; only later ones wait for Loki. */
  async #stall(): Promise<void> {
    await this.#follower.settle()
    this.#follower.isStalled = !this.#follower.isStalled
  }

  async finish(): Promise<void> {
    if (this.#isHalf) this.#half()
    this.#follower.isStalled = false
    await this.#follower.tick(8000)
    await this.#stop()
    rmSync(this.directory, { recursive: true })
  }

  #start(): Follower {
    const positions = openPositions(join(this.directory, 'positions.json'))
    return new Follower({ paths: [this.#pattern], positions, rotateWaitMs: 1500 })
  }

  #write(count: number): void {
    if (this.#isHalf) this.#half()
    let text = ''
    for (let i = 0; i < count; i++) text += `line ${++this.#written}\n`
    appendFileSync(this.path, text)
  }

  #half(): void {
    if (this.#isHalf) appendFileSync(this.path, `${this.#written}\n`)
    else appendFileSync(this.path, `line `)
    if (!this.#isHalf) this.#written++
    this.#isHalf = !this.#isHalf
  }

  async #rotate(step: 'rename' | 'copytruncate'): Promise<void> {
    if (!existsSync(this.path)) return
    if (this.#isHalf) this.#half()
    // A source that looks once a second sees each generation once; quicker rotations have a test of their own.
    if (step === 'rename') await this.#follower.tick()
    // What has not been seen at all cannot be told from its copy.
    else this.#follower.isStalled = false
    if (step === 'copytruncate') await this.#follower.tick()
    for (let older = 30; older > 0; older--) {
      if (existsSync(`${this.path}.${older}`)) renameSync(`${this.path}.${older}`, `${this.path}.${older + 1}`)
    }
    if (step === 'rename') renameSync(this.path, `${this.path}.1`)
    else {
      copyFileSync(this.path, `${this.path}.1`)
      truncateSync(this.path, 0)
    }
  }

  async #restart(): Promise<void> {
    await this.#stop()
    this.#follower = this.#start()
  }

  async #stop(): Promise<void> {
    this.#follower.commitAll()
    await this.#follower.stop()
    // What came while it stopped is not acknowledged, and comes again.
    this.#follower.commitAll()
    await this.#follower.source.close()
    for (const text of this.#follower.texts.values()) {
      this.seen.push(
        ...text
          .slice(0, text.lastIndexOf('\n') + 1)
          .split('\n')
          .filter((line) => line !== ''),
      )
    }
    this.problems.push(...this.#follower.problems.filter((problem) => !/does not exist|no file matches/.test(problem)))
  }
}

for (const pattern of ['app.log', 'app.log*']) {
  test(`files: random histories lose nothing (${pattern})`, async () => {
    const runs = Number(process.env.LONGSHIP_RANDOM_RUNS ?? 25)
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { minLength: 3, maxLength: 25 }), async (steps) => {
        const world = new World(pattern)
        for (const step of steps) await world.step(step)
        await world.finish()
        assert.deepEqual(world.problems, [])
        assert.deepEqual([...world.seen].sort(), world.expected.sort())
      }),
      { numRuns: runs },
    )
  })
}
