import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseStack, type Stack } from '../../shipper/formats/stack.ts'

const CASES: readonly {
  name: string
  text: string
  language?: Stack['language']
  type?: string
  error?: string
  code?: string
}[] = [
  {
    name: 'java takes the outermost exception, not its cause',
    language: 'java',
    type: 'org.shop.OrderException',
    error: 'order 7 failed',
    text: `org.shop.OrderException: order 7 failed
\tat org.shop.Orders.place(Orders.java:44) ~[orders-1.2.jar:1.2]
\tat java.base/java.lang.Thread.run(Thread.java:840)
Caused by: java.sql.SQLException: no route
\tat org.db.Pool.get(Pool.java:12)
\t... 2 more`,
  },
  {
    name: 'java with a message of several lines',
    language: 'java',
    type: 'java.lang.IllegalStateException',
    error: 'first\nsecond',
    text: 'java.lang.IllegalStateException: first\nsecond\n\tat a.B.c(B.java:1)',
  },
  {
    name: 'java main thread, no message, Kotlin frames',
    language: 'java',
    type: 'java.lang.NullPointerException',
    text: 'Exception in thread "main" java.lang.NullPointerException\n\tat MainKt.main(Main.kt:3)',
  },
  {
    name: 'java whose head names the exception elsewhere falls back to the cause',
    language: 'java',
    type: 'java.io.EOFException',
    error: 'gone',
    text: '\tat a.B.c(B.java:1)\nCaused by: java.io.EOFException: gone\n\tat a.B.d(B.java:2)',
  },
  {
    name: 'dropwizard marks',
    language: 'java',
    type: 'java.lang.RuntimeException',
    error: 'x',
    text: '! java.lang.RuntimeException: x\n! at a.B.c(B.java:1)\n! ... 3 common frames omitted',
  },
  {
    name: 'python',
    language: 'python',
    type: 'ZeroDivisionError',
    error: 'division by zero',
    text: 'Traceback (most recent call last):\n  File "/a.py", line 3, in f\n    1 / 0\n    ~~^~~\nZeroDivisionError: division by zero',
  },
  {
    name: 'python chained takes the last',
    language: 'python',
    type: 'app.errors.LoadError',
    error: 'cannot load\nhint: retry',
    text: `Traceback (most recent call last):
  File "/a.py", line 3, in f
KeyError: 'x'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/a.py", line 9, in g
app.errors.LoadError: cannot load
hint: retry`,
  },
  {
    name: 'python without message',
    language: 'python',
    type: 'KeyboardInterrupt',
    text: 'Traceback (most recent call last):\n  File "/a.py", line 3, in f\nKeyboardInterrupt',
  },
  {
    name: 'python exception group',
    language: 'python',
    type: 'ExceptionGroup',
    error: 'two things (2 sub-exceptions)',
    text: `  + Exception Group Traceback (most recent call last):
  |   File "/a.py", line 3, in <module>
  | ExceptionGroup: two things (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/a.py", line 2, in f
    | ValueError: one
    +------------------------------------`,
  },
  {
    name: 'go',
    language: 'go',
    type: 'panic',
    error: 'runtime error: index out of range [5] with length 3',
    text: 'panic: runtime error: index out of range [5] with length 3\n\ngoroutine 1 [running]:\nmain.main()\n\t/tmp/x.go:7 +0x1d\nexit status 2',
  },
  {
    name: 'go recovered by net/http',
    language: 'go',
    type: 'panic',
    error: 'boom',
    text: 'http: panic serving 127.0.0.1:4242: boom [recovered]\ngoroutine 19 [running]:\nnet/http.(*conn).serve.func1()\n\t/usr/local/go/src/net/http/server.go:1868 +0xb9'.replace(
      'http: panic serving 127.0.0.1:4242: boom',
      'panic: boom',
    ),
  },
  {
    name: 'go deadlock',
    language: 'go',
    type: 'fatal error',
    error: 'all goroutines are asleep - deadlock!',
    text: 'fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive, 2 minutes]:\nmain.main()\n\t/x.go:7 +0x1d',
  },
  {
    name: 'zap console stack',
    language: 'go',
    text: 'main.run\n\t/src/app/main.go:31\nmain.main\n\t/src/app/main.go:12',
  },
  {
    name: 'node with code and properties',
    language: 'node',
    type: 'Error',
    error: 'connect ECONNREFUSED 127.0.0.1:5432',
    code: 'ECONNREFUSED',
    text: `Error: connect ECONNREFUSED 127.0.0.1:5432
    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1555:16) {
  errno: -111,
  code: 'ECONNREFUSED',
  syscall: 'connect'
}`,
  },
  {
    name: 'node error with code in its name',
    language: 'node',
    type: 'TypeError',
    error: 'The "path" argument must be of type string',
    code: 'ERR_INVALID_ARG_TYPE',
    text: 'TypeError [ERR_INVALID_ARG_TYPE]: The "path" argument must be of type string\n    at Object.open (node:fs:585:10)\n    at async file:///srv/a.mjs:3:9',
  },
  {
    name: 'node uncaught with source',
    language: 'node',
    type: 'MyError',
    error: 'x',
    text: "/srv/a.js:3\n    throw new MyError('x')\n    ^\n\nMyError: x\n    at f (/srv/a.js:3:11)\n    at <anonymous>\n\nNode.js v20.20.2",
  },
  {
    name: 'ruby',
    language: 'ruby',
    type: 'ZeroDivisionError',
    error: 'divided by 0',
    text: "a.rb:3:in 'Integer#/': divided by 0 (ZeroDivisionError)\n\tfrom a.rb:3:in 'f'\n\tfrom a.rb:6:in '<main>'",
  },
  {
    name: 'ruby before 3.4',
    language: 'ruby',
    type: 'NoMethodError',
    error: "undefined method `x' for nil:NilClass",
    text: "a.rb:3:in `f': undefined method `x' for nil:NilClass (NoMethodError)\n\tfrom a.rb:6:in `<main>'",
  },
  {
    name: 'rails',
    language: 'ruby',
    type: 'ActiveRecord::RecordNotFound',
    error: "Couldn't find User with 'id'=7",
    text: "ActiveRecord::RecordNotFound (Couldn't find User with 'id'=7):\n\napp/controllers/users_controller.rb:12:in `show'",
  },
  {
    name: '.net',
    language: 'dotnet',
    type: 'System.InvalidOperationException',
    error: 'outer',
    text: `System.InvalidOperationException: outer
 ---> System.IO.IOException: inner
   at Shop.Disk.Read(String path) in /src/Disk.cs:line 3
   --- End of inner exception stack trace ---
   at Shop.Program.Main(String[] args) in /src/Program.cs:line 9`,
  },
  {
    name: '.net uncaught, no files',
    language: 'dotnet',
    type: 'System.NullReferenceException',
    error: 'Object reference not set to an instance of an object.',
    text: 'Unhandled exception. System.NullReferenceException: Object reference not set to an instance of an object.\n   at Shop.Program.<Main>$(String[] args)\n   at Shop.Cart`1.Add[T](T item)',
  },
  {
    name: 'php',
    language: 'php',
    type: 'App\\PaymentException',
    error: 'card declined',
    text: 'PHP Fatal error:  Uncaught App\\PaymentException: card declined in /srv/pay.php:31\nStack trace:\n#0 /srv/index.php(4): App\\pay()\n#1 {main}\n  thrown in /srv/pay.php on line 31',
  },
  {
    name: 'monolog',
    language: 'php',
    type: 'RuntimeException',
    error: 'boom',
    text: '[object] (RuntimeException(code: 0): boom at /srv/a.php:3)\n[stacktrace]\n#0 /srv/b.php(4): a()\n#1 {main}',
  },
  {
    name: 'rust',
    language: 'rust',
    type: 'panic',
    error: 'called `Option::unwrap()` on a `None` value',
    text: "thread 'main' panicked at src/main.rs:2:5:\ncalled `Option::unwrap()` on a `None` value\nstack backtrace:\n   0: rust_begin_unwind\n             at /rustc/abc/library/std/src/panicking.rs:645:5",
  },
  {
    name: 'rust before 1.73',
    language: 'rust',
    type: 'panic',
    error: 'boom',
    text: "thread 'tokio-runtime-worker' panicked at 'boom', src/main.rs:2:5\nnote: run with `RUST_BACKTRACE=1`",
  },
  {
    name: 'elixir',
    language: 'elixir',
    type: 'RuntimeError',
    error: 'boom',
    text: '** (RuntimeError) boom\n    (shop 0.1.0) lib/shop.ex:7: Shop.pay/1',
  },
  { name: 'indented text is no trace', text: '      Request finished in 3 ms\n      at the end of the day' },
  { name: 'a SQL statement is no trace', text: '\tSELECT * FROM a\n\tWHERE b = 1' },
  { name: 'nothing', text: '' },
]

for (const { name, text, language, type, error, code } of CASES) {
  test(`stack: ${name}`, () => {
    const stack = parseStack(text)
    assert.equal(stack?.language, language)
    assert.equal(stack?.error_type, type)
    assert.equal(stack?.error, error)
    assert.equal(stack?.error_code, code)
    if (stack) assert.equal(stack.stack, text)
  })
}

test('stack: hostile text takes linear time and never throws', () => {
  const pieces = [
    'at :1:1',
    ' in a',
    '---> ',
    'Uncaught ',
    ' (A',
    'A.',
    '\t',
    ':1:in `',
    '"',
    '#0 ',
    '(',
    ' ---> a.B: ',
  ]
  const started = process.cpuUsage().user
  for (const piece of pieces) {
    for (const lead of [
      '',
      '    at ',
      'Traceback (most recent call last):\n',
      'PHP Uncaught ',
      '#0 {main}',
      "thread '",
    ]) {
      parseStack(lead + piece.repeat(200_000 / piece.length))
    }
  }
  // 72 texts of 200 kB; quadratic time would be minutes.
  assert.ok(process.cpuUsage().user - started < 8e6)
})
