import type { Format } from './format.ts'
import { JAVA_CLASS, LEVEL, LOGGER, layout, readAfterTime, THREAD } from './layout.ts'

const NAME = 'hadoop'

const LAYOUTS = [
  // 2015-10-18 18:01:47,978 INFO [main] org.apache.hadoop.mapreduce.v2.app.MRAppMaster: msg (also HBase)
  layout(` ${LEVEL} {1,6}${THREAD} (${JAVA_CLASS}): `, 'level thread logger', 'L'),
  // … INFO org.apache.hadoop.hdfs.server.namenode.FSNamesystem: msg
  layout(` ${LEVEL} {1,6}(${JAVA_CLASS}): `, 'level logger', 'L'),
  // 081109 203615 148 INFO dfs.DataNode$PacketResponder: msg
  layout(` (\\d{1,10}) ${LEVEL} {1,2}${LOGGER}: `, 'thread level logger', '0'),
  // … INFO  http.HttpServer (HttpServer.java:addFilter(476)) - msg (Ambari, tests)
  layout(
    ` ${LEVEL} {1,6}${LOGGER} \\(([\\w$]{1,100}\\.java):([\\w$<>]{1,100})\\((\\d{1,6})\\)\\) - `,
    'level logger file function line',
    'L',
  ),
]
/** Spark and old Hadoop: 17/06/09 20:10:40 INFO SparkContext: msg */
const SHORT_YEAR = [layout(` ${LEVEL} {1,2}${LOGGER}: `, 'level logger', 'L')]
const SLASH = 0x2f

/** Hadoop, HDFS, HBase, Spark and their relatives: "LEVEL [thread] class: message". */
export const hadoop: Format = {
  name: NAME,
  title: 'Hadoop, HDFS, YARN, HBase, Spark',
  starts: '0-9',
  parse(head, options) {
    const layouts = head.charCodeAt(2) === SLASH && head.charCodeAt(5) === SLASH ? SHORT_YEAR : LAYOUTS
    return readAfterTime(NAME, layouts, head, options)
  },
}
