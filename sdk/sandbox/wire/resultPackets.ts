import type { ServerError } from "../cluster/errors.ts";
import { type Column, type Result, TYPE, type Value } from "../sql/result.ts";
import type { Session } from "../sql/session.ts";
import { lengthEncoded, lengthEncodedText } from "./packets.ts";

/** Flag of a column whose numbers have no sign. */
const UNSIGNED = 0x20;
const AUTOCOMMIT = 0x2;
/** How a server says in its status that the session speaks Oracle. */
const ORACLE_MODE = 0x4;

/** The status flags that go with every reply of a session. */
export const statusOf = ({ tenant }: Session): number =>
  AUTOCOMMIT | (tenant?.mode === "ORACLE" ? ORACLE_MODE : 0);

/** The reply of a statement that gives no rows. */
export function okPacket(statusFlags: number): Buffer {
  return Buffer.from([0x00, 0, 0, statusFlags & 0xff, statusFlags >> 8, 0, 0]);
}

/** What stands after the columns and after the rows of a result. */
export function eofPacket(statusFlags: number): Buffer {
  return Buffer.from([0xfe, 0, 0, statusFlags & 0xff, statusFlags >> 8]);
}

/** An error: number, SQLSTATE and text. */
export function errorPacket(error: ServerError): Buffer {
  const head = Buffer.from([0xff, error.errno & 0xff, error.errno >> 8]);
  return Buffer.concat([head, Buffer.from(`#${error.sqlState}${error.message}`)]);
}

/** A result as the protocol sends it: text for queries, binary for prepared statements. */
export function resultPackets(result: Result, statusFlags: number, format: "text" | "binary"): Buffer[] {
  if (result.kind === "ok") return [okPacket(statusFlags)];
  const toRow = format === "text" ? textRow : binaryRow;
  return [
    lengthEncoded(result.columns.length),
    ...result.columns.map(columnDefinition),
    eofPacket(statusFlags),
    ...result.rows.map((values) => toRow(values, result.columns)),
    eofPacket(statusFlags),
  ];
}

/** The description of one column. */
export function columnDefinition(column: Column): Buffer {
  const tail = Buffer.alloc(13);
  tail[0] = 12;
  tail.writeUInt16LE(column.type === TYPE.varString ? 45 : 63, 1);
  tail.writeUInt32LE(column.type === TYPE.varString ? 16384 : 20, 3);
  tail[7] = column.type;
  tail[8] = column.unsigned ? UNSIGNED : 0;
  return Buffer.concat([
    lengthEncodedText("def"),
    lengthEncodedText(""),
    lengthEncodedText(""),
    lengthEncodedText(""),
    lengthEncodedText(column.name),
    lengthEncodedText(column.name),
    tail,
  ]);
}

function textRow(values: Value[], columns: Column[]): Buffer {
  const cells = values.map((value, i) => {
    if (value === null) return Buffer.from([0xfb]);
    if (columns[i]?.type === TYPE.oracleTimestamp) return oracleTime(String(value));
    return lengthEncodedText(String(value));
  });
  return Buffer.concat(cells);
}

/** Oracle mode's TIMESTAMP is binary in text results, too: century and year, nanoseconds, scale. */
function oracleTime(text: string): Buffer {
  const [year = 0, month = 0, day = 0, ...clock] = text.split(/[-: .]/).map(Number);
  const [hour = 0, minute = 0, second = 0, micros = 0] = clock;
  const buffer = Buffer.alloc(13);
  buffer.set([12, Math.floor(year / 100), year % 100, month, day, hour, minute, second]);
  buffer.writeInt32LE(micros * 1000, 8);
  buffer[12] = 9;
  return buffer;
}

function binaryRow(values: Value[], columns: Column[]): Buffer {
  const nulls = Buffer.alloc((values.length + 9) >> 3);
  const cells = values.map((value, i) => {
    if (value === null) {
      const bit = i + 2;
      nulls[bit >> 3] = (nulls[bit >> 3] as number) | (1 << (bit & 7));
      return Buffer.alloc(0);
    }
    const type = columns[i]?.type;
    if (type === TYPE.longlong) return int64(BigInt(value));
    if (type === TYPE.timestamp || type === TYPE.datetime) return binaryTime(String(value));
    if (type === TYPE.oracleTimestamp) return oracleTime(String(value));
    return lengthEncodedText(String(value));
  });
  return Buffer.concat([Buffer.from([0]), nulls, ...cells]);
}

function int64(value: bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64LE(value);
  return buffer;
}

function binaryTime(text: string): Buffer {
  const [year, month, day, hour, minute, second, micros = 0] = text.split(/[-: .]/).map(Number) as number[];
  // Without a fraction the last four bytes are not sent.
  const length = micros === 0 ? 7 : 11;
  const buffer = Buffer.alloc(1 + length);
  buffer[0] = length;
  buffer.writeUInt16LE(year as number, 1);
  for (const [i, part] of [month, day, hour, minute, second].entries()) buffer[3 + i] = part as number;
  if (micros !== 0) buffer.writeUInt32LE(micros, 8);
  return buffer;
}
