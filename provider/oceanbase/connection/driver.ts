import { connect, isIP, type Socket } from "node:net";
import type { Connection, ConnectionOptions } from "mysql2/promise";
import type { Endpoint, Login, TlsSettings } from "./login";
import { loginName } from "./login";

/** A row by upper-case column name. Every value is text as the server prints it: a BIGINT loses no digit. */
export type Row = Readonly<Record<string, string | null>>;

/** A failure of the driver, as far as this package looks at it. */
export interface DriverFailure {
  /** A name for the failure. Right for the network; for a server's error the driver's names are often wrong. */
  code?: string;
  /** The server's error number. */
  errno?: number;
  /** The server's text; absent when it was not the server that failed. */
  sqlMessage?: string;
  message?: string;
  /** Whether the connection is over. */
  fatal?: boolean;
}

/** The server offers more than OceanBase does; queries would get a prefix that OceanBase cannot read. */
export const QUERY_ATTRIBUTES_OFFERED = "QUERY_ATTRIBUTES_OFFERED";

/** One statement has brought several results. */
export const SEVERAL_RESULTS = "SEVERAL_RESULTS";

/** The packets of a reply did not come in their order. */
export const PACKETS_OUT_OF_ORDER = "PACKETS_OUT_OF_ORDER";

/** A reply did not end where every real one has ended long ago. */
export const REPLY_TOO_LARGE = "REPLY_TOO_LARGE";

/** Most bytes of one reply: some fifty thousand jobs. The driver itself would take what comes until there is no memory. */
export const MAX_REPLY_BYTES = 32 * 1024 * 1024;

/** How often a reply that is awaited is measured. */
const MEASURE_MS = 20;

/** One connection by mysql2, which no other file knows. Failures are DriverFailures. */
export class DriverConnection {
  private socket: Socket | undefined;
  private readonly connecting: Promise<Connection>;
  /** What it was ended for by this side; nothing that came with it counts. */
  private breach: DriverFailure | undefined;
  /** Whether it is over; then it has to be replaced. */
  isOver = false;

  /** Begins to connect and to log in. */
  constructor(login: Login, endpoint: Endpoint, timeoutMs: number) {
    this.connecting = this.logIn(login, endpoint, timeoutMs);
    // When somebody gave up first, the failure comes later and is nobody's any more.
    this.connecting.catch(() => this.destroy());
  }

  private async logIn(login: Login, endpoint: Endpoint, timeoutMs: number): Promise<Connection> {
    // Loaded only now: a program that only previews never pays for the driver. And before there is a socket: the
    // driver listens to its failures, and nothing may come between.
    const { createConnection } = await import("mysql2");
    if (this.isOver) throw { code: "ECONNRESET" } satisfies DriverFailure;
    this.socket = connect({ host: endpoint.host, port: endpoint.port, keepAlive: true, noDelay: true });
    const connection = createConnection(driverOptions(login, endpoint, this.socket, timeoutMs));
    connection.on("error", () => this.destroy());
    // The driver prints a line for each packet out of order and goes on; paused, it leaves the rest of them alone.
    connection.on("warn", () => {
      connection.pause();
      this.refuse({ code: PACKETS_OUT_OF_ORDER, fatal: true });
    });
    await this.watched(
      this.socket,
      new Promise<void>((resolve, reject) => {
        connection.once("connect", () => resolve());
        connection.once("error", reject);
      }),
    );
    const { serverCapabilityFlags } = connection as unknown as { serverCapabilityFlags: number };
    if (serverCapabilityFlags & QUERY_ATTRIBUTES) {
      throw { code: QUERY_ATTRIBUTES_OFFERED } satisfies DriverFailure;
    }
    return connection.promise();
  }

  /** Waits for the driver, but not for more than a reply can be; what came in a way that no reply comes does not count. */
  private async watched<T>(socket: Socket, work: Promise<T>): Promise<T> {
    const startBytes = socket.bytesRead;
    const watch = setInterval(() => {
      if (socket.bytesRead - startBytes > MAX_REPLY_BYTES)
        this.refuse({ code: REPLY_TOO_LARGE, fatal: true });
    }, MEASURE_MS);
    watch.unref();
    try {
      const result = await work;
      if (this.breach !== undefined) throw this.breach;
      return result;
    } catch (failure) {
      throw this.breach ?? failure;
    } finally {
      clearInterval(watch);
    }
  }

  private refuse(breach: DriverFailure): void {
    this.breach ??= breach;
    this.destroy();
  }

  /** Ends when the login is through. */
  async established(): Promise<void> {
    await this.connecting;
  }

  /** Sends one statement; a statement that brings no rows gives none. */
  async query(sql: string): Promise<Row[]> {
    const connection = await this.connecting;
    const query = connection.query({ sql, typeCast: asText, rowsAsArray: true });
    const [result, fields] = await this.watched(this.socket as Socket, query).catch(
      (failure: DriverFailure) => {
        // Where it was not the server that refused, nobody knows what it will say next.
        throw failure.sqlMessage === undefined ? Object.assign(failure, { fatal: true }) : failure;
      },
    );
    // One statement has one result, with the fields of its rows or with none.
    if (fields?.some((field) => field === undefined || Array.isArray(field))) {
      throw { code: SEVERAL_RESULTS, fatal: true } satisfies DriverFailure;
    }
    if (!Array.isArray(result)) return [];
    const names = fields.map((field) => field.name.toUpperCase());
    return (result as (string | null)[][]).map((values) => toRow(names, values));
  }

  /** Asks for a sign of life. */
  async ping(): Promise<void> {
    const connection = await this.connecting;
    await this.watched(this.socket as Socket, connection.ping());
  }

  /** Says goodbye. May take as long as the server lets it. */
  async end(): Promise<void> {
    await (await this.connecting).end();
  }

  /** Whether this connection is a reason for the process to live on; it is at first. */
  keepProcessAlive(alive: boolean): void {
    if (alive) this.socket?.ref();
    else this.socket?.unref();
  }

  /** Cuts the connection. */
  destroy(): void {
    this.isOver = true;
    this.socket?.destroy();
  }
}

function driverOptions(
  login: Login,
  endpoint: Endpoint,
  socket: Socket,
  timeoutMs: number,
): ConnectionOptions {
  return {
    host: endpoint.host,
    port: endpoint.port,
    stream: socket,
    user: loginName(login),
    // No database: an Oracle-mode tenant has none of that name, and every query names its schema.
    ...(login.password === undefined ? {} : { password: login.password }),
    ...(login.tls === undefined ? {} : { ssl: tlsOptions(login.tls, endpoint.host) }),
    connectTimeout: timeoutMs,
    charset: "utf8mb4_general_ci",
    multipleStatements: false,
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    disableEval: true,
    // A server must not be able to ask for a file of this machine.
    flags: ["-LOCAL_FILES"],
    authPlugins: {
      caching_sha2_password: refuseAuthPlugin("caching_sha2_password"),
      sha256_password: refuseAuthPlugin("sha256_password"),
      mysql_clear_password: refuseAuthPlugin("mysql_clear_password"),
    },
    connectAttributes: { program_name: "pulumi-oceanbase-backup" },
  };
}

function tlsOptions(tls: TlsSettings, host: string): Exclude<ConnectionOptions["ssl"], undefined | string> {
  const { ca, cert, key, verifyHostName } = tls;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    minVersion: "TLSv1.2",
    rejectUnauthorized: true,
    // For an address the driver compares the certificate with "localhost".
    verifyIdentity: verifyHostName && isIP(host) === 0,
  };
}

/**
 * OceanBase logs in with mysql_native_password alone. The driver would follow a server that asks for another
 * plugin, and two of them hand the password over to whoever asks.
 */
function refuseAuthPlugin(plugin: string) {
  return () => () => {
    throw new Error(
      `the server asks for the login method ${plugin}, which no OceanBase server does, so the password was not sent; check connection.host and connection.port`,
    );
  };
}

/** Bit 27 of what a server offers. MySQL 8 means query attributes by it; OceanBase offers it never. */
const QUERY_ATTRIBUTES = 0x0800_0000;

/** What a cell offers to whoever converts it. */
interface Cell {
  type: unknown;
  string(encoding?: BufferEncoding): string | null;
  buffer(): Buffer | null;
}

/** Types that only OceanBase knows arrive as bytes; all others as text. */
function asText(cell: Cell): string | null {
  return cell.type === undefined ? (cell.buffer()?.toString("utf8") ?? null) : cell.string("utf8");
}

/** Made for every row of every look of every wait: plainly, because that is fast. */
function toRow(names: readonly string[], values: readonly (string | null)[]): Row {
  const row: Record<string, string | null> = {};
  for (let i = 0; i < names.length; i += 1) row[names[i] as string] = values[i] ?? null;
  return row;
}
