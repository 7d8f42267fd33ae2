import { connect, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { AuthPlugin, Connection as DriverConnection } from "mysql2";
import { given } from "../../given";
import type { DriverFailure } from "./driverFailure";
import { driverOptions } from "./driverOptions";
import type { Handshake } from "./handshake";
import type { Endpoint, Login } from "./login";
import { inMysqlNumbers } from "./oracleErrors";
import { withinTime } from "./withinTime";

/** A row by upper-case column name. Every value is text as the server prints it: a BIGINT loses no digit. Fact: big-ids */
export type Row = Readonly<Record<string, string | null>>;

/** The server offers query attributes; queries would get a prefix that OceanBase cannot read. Fact: no-query-attributes */
export const QUERY_ATTRIBUTES_OFFERED = "QUERY_ATTRIBUTES_OFFERED";

/** One statement brought several results. Fact: several-statements */
export const SEVERAL_RESULTS = "SEVERAL_RESULTS";

/** The packets of a reply did not come in their order. */
export const PACKETS_OUT_OF_ORDER = "PACKETS_OUT_OF_ORDER";

/** A reply was longer than {@link MAX_REPLY_BYTES}. */
export const REPLY_TOO_LARGE = "REPLY_TOO_LARGE";

/** Most bytes of one reply: some fifty thousand jobs. mysql2 itself would take what comes until memory is exhausted. */
export const MAX_REPLY_BYTES = 32 * 1024 * 1024;

/** How often the length of an awaited reply is measured. */
const MEASURE_MS = 20;

/** Capability bit 27: query attributes in MySQL 8; OceanBase never offers it. */
const QUERY_ATTRIBUTES = 0x0800_0000;

/** How much longer than mysql2 a login is waited for, so that its own failure, which says more, comes first. */
const LOGIN_GRACE_MS = 500;

/**
 * Connects to one server and logs in.
 *
 * @throws DriverFailure
 */
export async function openConnection(
  login: Login,
  endpoint: Endpoint,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<Connection> {
  // Loaded only now: a program that only previews never pays for it. And before there is a socket: mysql2 listens to
  // its failures, and nothing may come between.
  const mysql2 = await import("mysql2");
  signal.throwIfAborted();
  const socket = connect({ host: endpoint.host, port: endpoint.port, keepAlive: true, noDelay: true });
  let loginMethod: Handshake["loginMethod"] = "mysql_native_password";
  const cachingSha2: AuthPlugin = (asked) => {
    loginMethod = "caching_sha2_password";
    return mysql2.authPlugins.caching_sha2_password()(asked);
  };
  const driver = mysql2.createConnection(driverOptions(login, endpoint, { socket, timeoutMs, cachingSha2 }));
  const connection = new Connection(socket, driver, () => loginMethod);
  try {
    // The limit of mysql2 ends with the server's greeting; this one holds to the end of the login.
    const limit = { ms: timeoutMs + LOGIN_GRACE_MS, signal };
    await withinTime(connection.loggedIn(), limit, (why) =>
      Object.assign(new Error(why), { code: why === "late" ? "ETIMEDOUT" : "ECONNRESET" }),
    );
    return connection;
  } catch (failure) {
    connection.destroy();
    throw failure;
  }
}

/** One connection by mysql2. Failures are DriverFailures. */
export class Connection {
  /** Whether it is over; then it has to be replaced. */
  isOver = false;
  /** Whether it was not used since the login. */
  isFresh = true;
  private readonly loginMethod: () => Handshake["loginMethod"];
  private readonly socket: Socket;
  private readonly driver: DriverConnection;
  /** What it was ended for by this side; nothing that came with it counts. */
  private violation: DriverFailure | undefined;
  private closed: () => void = () => {};

  constructor(socket: Socket, driver: DriverConnection, loginMethod: () => Handshake["loginMethod"]) {
    this.socket = socket;
    this.driver = driver;
    this.loginMethod = loginMethod;
    driver.on("error", () => this.destroy());
    // mysql2 prints a line for each packet out of order and goes on; paused, it leaves the rest of them alone.
    (driver as unknown as NodeJS.EventEmitter).on("warn", () => {
      driver.pause();
      this.refuse(PACKETS_OUT_OF_ORDER);
    });
  }

  /** Ends when the login is through. What it fails with has MySQL's number in either mode. Fact: login-numbers */
  async loggedIn(): Promise<void> {
    await this.watched(
      new Promise<void>((resolve, reject) => {
        this.driver.once("connect", () => resolve());
        this.driver.once("error", reject);
      }),
    );
    const { serverCapabilityFlags } = this.driver as unknown as { serverCapabilityFlags: number };
    if (serverCapabilityFlags & QUERY_ATTRIBUTES) {
      throw { code: QUERY_ATTRIBUTES_OFFERED } satisfies DriverFailure;
    }
  }

  /** How it was made safe; known once the login is through. */
  get handshake(): Handshake {
    const { stream } = this.driver as unknown as { stream: Socket | TLSSocket };
    // A connection that is over has none any more.
    const cipher = "getCipher" in stream ? (stream.getCipher() as { name: string } | undefined) : undefined;
    const encryption = cipher && `${(stream as TLSSocket).getProtocol()}, ${cipher.name}`;
    return { loginMethod: this.loginMethod(), ...given({ encryption }) };
  }

  /** Sends one statement; a statement that brings no rows gives none. */
  async query(sql: string): Promise<Row[]> {
    const query = this.driver.promise().query({ sql, typeCast: asText, rowsAsArray: true });
    const [result, fields] = await this.watched(query).catch((failure: DriverFailure) => {
      // Where it was not the server that refused, what it sends next cannot be read.
      throw failure.sqlMessage === undefined
        ? Object.assign(failure, { fatal: true })
        : inMysqlNumbers(failure);
    });
    // One statement has one result, with the fields of its rows or with none.
    if (fields?.some((field) => field === undefined || Array.isArray(field))) {
      throw { code: SEVERAL_RESULTS, fatal: true } satisfies DriverFailure;
    }
    if (!Array.isArray(result)) return [];
    const names = fields.map((field) => field.name.toUpperCase());
    return (result as (string | null)[][]).map((values) => toRow(names, values));
  }

  /** Asks the server to answer, whatever with. */
  async ping(): Promise<void> {
    await this.watched(this.driver.promise().ping());
  }

  /** Logs out. May take as long as the server lets it. */
  async end(): Promise<void> {
    await this.driver.promise().end();
  }

  /** From now on an open connection keeps the process alive, as it does at first. */
  ref(): void {
    this.socket.ref();
  }

  /** From now on it does not. */
  unref(): void {
    this.socket.unref();
  }

  /** Calls back once, when it is over. */
  onClose(closed: () => void): void {
    this.closed = closed;
    if (this.isOver) closed();
  }

  /** Cuts the connection. */
  destroy(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.socket.destroy();
    this.closed();
  }

  /** Waits for mysql2 while it measures the reply. A result that came with a protocol violation does not count. */
  private async watched<T>(work: Promise<T>): Promise<T> {
    const startBytes = this.socket.bytesRead;
    const measure = setInterval(() => {
      if (this.socket.bytesRead - startBytes > MAX_REPLY_BYTES) this.refuse(REPLY_TOO_LARGE);
    }, MEASURE_MS);
    measure.unref();
    try {
      const result = await work;
      if (this.violation !== undefined) throw this.violation;
      return result;
    } catch (failure) {
      throw this.violation ?? failure;
    } finally {
      clearInterval(measure);
    }
  }

  private refuse(code: string): void {
    this.violation ??= { code, fatal: true };
    this.destroy();
  }
}

/** What mysql2 offers of a value. */
interface Cell {
  type: unknown;
  string(encoding?: BufferEncoding): string | null;
  buffer(): Buffer | null;
}

/** Types that only OceanBase knows arrive as bytes; all others as text. Fact: foreign-types */
function asText(cell: Cell): string | null {
  return cell.type === undefined ? (cell.buffer()?.toString("utf8") ?? null) : cell.string("utf8");
}

/** Runs for every row of every look of every wait: a plain loop is fast. */
function toRow(names: readonly string[], values: readonly (string | null)[]): Row {
  const row: Record<string, string | null> = {};
  for (let i = 0; i < names.length; i += 1) row[names[i] as string] = values[i] ?? null;
  return row;
}
