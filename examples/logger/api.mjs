// A small service with longship/logger: node examples/logger/api.mjs, then curl -i localhost:8080/orders/7
// LOKI_URL=http://127.0.0.1:3100 sends its lines to Loki as well; LOG_FORMAT=console makes them readable.
import { createServer } from 'node:http'
import {
  createLogger,
  createOperationLogger,
  httpHandler,
  lokiTransport,
  retry,
  stdoutTransport,
} from 'longship/logger'

const { LOKI_URL, PORT = '8080' } = process.env
const logger = createLogger({
  service: 'orders',
  env: 'demo',
  transports: [stdoutTransport(), ...(LOKI_URL ? [lokiTransport({ url: LOKI_URL, service: 'orders' })] : [])],
})

const server = createServer(
  httpHandler(logger, async (request, response) => {
    const id = request.url?.split('/').at(-1)
    // The correlation id of the request is on every line of the operation.
    await createOperationLogger(logger, { jobId: `order-${id}` }).run('place-order', async (operation) => {
      await operation.step('reserve', (step) => step.info('reserved', { order: id }))
      await operation.step('charge', (step) =>
        retry(step, (attempt) => (attempt < 2 ? Promise.reject(new Error('card reader busy')) : 'paid'), {
          delayMs: 10,
        }),
      )
    })
    response.end('ordered\n')
  }),
)
server.listen(Number(PORT), () => logger.info('listening', { port: server.address().port }))

process.once('SIGTERM', async () => {
  server.close()
  await logger.close()
})
