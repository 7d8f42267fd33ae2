import { connect, isIP, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Connection, ConnectionOptions } from "mysql2/promise";
import {
  type DriverFailure,
  isNetworkFailure,
  isWorthRepeating,
  networkMeaning,
  OceanBaseError,
  serverError,
} from "./errors";
import { type Endpoint, endpointText, type Login, loginName } from "./login";

/** A row by upper-case column name. Every value is text as the server prints it: a BIGINT loses no digit. */
export type Row = Readonly<Record<string, string | null>>;

/** One conversation with one tenant of one cluster. */
export interface Session {
  /** Who talks to whom, for messages: `root@sys at db1:2881`. */
  readonly address: string;
  /**
   * Rows of a query. A lost connection is made again and a busy server asked again, with growing pauses, until
   * `untilMs` (milliseconds since 1970).
   *
   * @param doing what the query is for, as a message would begin: `reading the backup jobs`
   */
  read(sql: string, doing: string, untilMs: number): Promise<Row[]>;
  /**
   * Sends a control statement exactly once. When the connection ends before the reply, the error says
   * `outcomeUnknown`; whether to send again is for the caller to find out, not to guess.
   */
  send(sql: string, doing: string): Promise<void>;
  /** Ends the session. Never fails, never takes long. */
  close(): Promise<void>;
}

/**
 * Longest wait for one reply. It has to outlast the server's own limit (`ob_query_timeout`, 10 s by default, to
 * which an OBProxy adds up to 20 s), or the client gives up on statements that the server still answers.
 */
const REPLY_TIMEOUT_MS = 40_000;

/** Logs in. Fails after every endpoint was tried once, or at once when the server refuses the login. */
export async function openSession(login: Login, signal?: AbortSignal): Promise<Session> {
  const session = new MysqlSession(login, signal);
  await session.open();
  return session;
}

class MysqlSession implements Session {
  private readonly login: Login;
  private readonly signal: AbortSignal | undefined;
  private open_: { connection: Connection; socket: Socket } | undefined;
  private endpoint: Endpoint;

  constructor(login: Login, signal: AbortSignal | undefined) {
    this.login = login;
    this.signal = signal;
    this.endpoint = login.endpoints[0];
  }

  get address(): string {
    return `${loginName(this.login)} at ${endpointText(this.endpoint)}`;
  }

  async open(untilMs = Number.POSITIVE_INFINITY): Promise<Connection> {
    if (this.open_ !== undefined) return this.open_.connection;
    const failures: OceanBaseError[] = [];
    for (const endpoint of this.login.endpoints) {
      this.endpoint = endpoint;
      try {
        return await this.openAt(endpoint, untilMs);
      } catch (error) {
        // A refused login is refused everywhere; a server that is away or not ready may have a neighbour.
        if (!isWorthRepeating(error)) throw error;
        failures.push(error as OceanBaseError);
      }
    }
    if (failures.length === 1) throw failures[0];
    const kind = failures.every((failure) => failure.kind === "unreachable") ? "unreachable" : "transient";
    throw new OceanBaseError(kind, failures.map((failure) => failure.message).join("; then "));
  }

  private async openAt(endpoint: Endpoint, untilMs: number): Promise<Connection> {
    const { login } = this;
    const doing = `logging in as ${this.address}`;
    const timeoutMs = Math.max(1, Math.min(login.connectTimeoutSeconds * 1000, untilMs - Date.now()));
    // Loaded only now: a program that only previews never pays for the driver.
    const { createConnection } = await import("mysql2/promise");
    const socket = connect({ host: endpoint.host, port: endpoint.port, keepAlive: true, noDelay: true });
    const connecting = createConnection(driverOptions(login, endpoint, socket, timeoutMs));
    // When we give up first, the driver's own failure comes later and is nobody's any more.
    connecting.catch(() => {});
    try {
      const connection = await this.bounded(connecting, timeoutMs + 500, doing, socket);
      connection.on("error", () => this.drop());
      this.open_ = { connection, socket };
      refuseQueryAttributes(connection, doing);
      return connection;
    } catch (failure) {
      this.drop();
      socket.destroy();
      throw this.loginError(doing, failure, timeoutMs);
    }
  }

  private loginError(doing: string, failure: unknown, timeoutMs: number): OceanBaseError {
    if (failure instanceof OceanBaseError) return failure;
    const driver = failure as DriverFailure;
    if (driver.code === "HANDSHAKE_NO_SSL_SUPPORT") {
      return new OceanBaseError(
        "refused",
        `${doing}: the server offers no TLS, so the password was not sent; enable TLS on the server (an observer and an OBProxy each have their own switch) or set connection.tls to false`,
      );
    }
    if (driver.code === "HANDSHAKE_SSL_ERROR") {
      return new OceanBaseError(
        "refused",
        `${doing}: TLS failed (${driver.message}), so the password was not sent; check connection.tls.ca and that the certificate carries the host name`,
      );
    }
    if (driver.code === "AUTH_SWITCH_PLUGIN_ERROR") {
      return new OceanBaseError("refused", `${doing}: ${driver.message}`);
    }
    if (driver.code === "ETIMEDOUT") {
      return new OceanBaseError(
        "unreachable",
        `${doing}: no answer within ${timeoutMs / 1000} s; check connection.host, connection.port and firewalls, or raise connection.connectTimeoutSeconds`,
      );
    }
    if (isNetworkFailure(driver)) {
      return new OceanBaseError(
        "unreachable",
        `${doing}: ${networkMeaning(driver)} (${driver.code}); check connection.host and connection.port`,
      );
    }
    return serverError(doing, this.scrubbed(driver), "login");
  }

  async read(sql: string, doing: string, untilMs: number): Promise<Row[]> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        await this.open(untilMs);
        return await this.query(sql, doing, Math.min(REPLY_TIMEOUT_MS, Math.max(1, untilMs - Date.now())));
      } catch (error) {
        const delayMs = backoffMs(attempt);
        if (!isWorthRepeating(error) || Date.now() + delayMs >= untilMs) throw error;
        await this.pause(delayMs, doing);
      }
    }
  }

  async send(sql: string, doing: string): Promise<void> {
    await this.open();
    await this.query(sql, doing, REPLY_TIMEOUT_MS);
  }

  private async query(sql: string, what: string, timeoutMs: number): Promise<Row[]> {
    const { connection, socket } = this.open_ as { connection: Connection; socket: Socket };
    const doing = `${what} as ${this.address}`;
    try {
      const query = connection.query({ sql, typeCast: asText });
      const [result, fields] = await this.bounded(query, timeoutMs, doing, socket);
      // One statement has one result, with the fields of its rows or with none.
      if (fields?.some((field) => field === undefined || Array.isArray(field))) {
        throw new OceanBaseError("server", `${doing}: one statement was sent and several results came back`, {
          outcomeUnknown: true,
        });
      }
      if (!Array.isArray(result)) return [];
      return (result as Record<string, string | null>[]).map(withUpperCaseNames);
    } catch (failure) {
      if (failure instanceof OceanBaseError) throw failure;
      const driver = failure as DriverFailure & { fatal?: boolean };
      if (driver.fatal || endsSession(driver)) this.drop();
      if (!driver.fatal && driver.sqlMessage !== undefined) {
        throw serverError(doing, this.scrubbed(driver), "statement");
      }
      throw new OceanBaseError("unreachable", `${doing}: ${networkMeaning(driver)}`, {
        outcomeUnknown: true,
      });
    }
  }

  /** Waits for the driver, but not for ever: neither a silent server nor a caller that gives up keeps us here. */
  private bounded<T>(work: Promise<T>, timeoutMs: number, doing: string, socket: Socket): Promise<T> {
    const { signal } = this;
    return new Promise<T>((resolve, reject) => {
      const giveUp = (error: OceanBaseError) => {
        this.drop();
        socket.destroy();
        reject(error);
      };
      const onAbort = () =>
        giveUp(new OceanBaseError("aborted", `${doing}: given up on request`, { outcomeUnknown: true }));
      const timer = setTimeout(
        () =>
          giveUp(
            new OceanBaseError("unreachable", `${doing}: no reply within ${Math.ceil(timeoutMs / 1000)} s`, {
              outcomeUnknown: true,
            }),
          ),
        timeoutMs,
      );
      signal?.addEventListener("abort", onAbort, { once: true });
      if (signal?.aborted) onAbort();
      work.then(resolve, reject).finally(() => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
      });
    });
  }

  private async pause(ms: number, doing: string): Promise<void> {
    try {
      await pause(ms, undefined, this.signal ? { signal: this.signal } : {});
    } catch {
      throw new OceanBaseError("aborted", `${doing} as ${this.address}: given up on request`);
    }
  }

  private drop(): void {
    this.open_?.socket.destroy();
    this.open_ = undefined;
  }

  async close(): Promise<void> {
    const open = this.open_;
    if (open === undefined) return;
    const said = open.connection.end().catch(() => {});
    await Promise.race([said, pause(250, undefined, { ref: false })]);
    this.drop();
  }

  /** A server never has a reason to repeat a password; should one do it, nobody reads it here. */
  private scrubbed(failure: DriverFailure): DriverFailure {
    const { password } = this.login;
    const scrub = (text: string) => {
      const hidden = password === undefined || password.length < 4 ? text : text.replaceAll(password, "***");
      return hidden.slice(0, 500);
    };
    return {
      ...(failure.code === undefined ? {} : { code: failure.code }),
      ...(failure.errno === undefined ? {} : { errno: failure.errno }),
      sqlMessage: scrub(failure.sqlMessage ?? failure.message ?? ""),
    };
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

function tlsOptions(tls: NonNullable<Login["tls"]>, host: string): NonNullable<ConnectionOptions["ssl"]> {
  const { ca, cert, key, verifyHostName } = tls;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    minVersion: "TLSv1.2",
    rejectUnauthorized: true,
    verifyIdentity: verifyHostName && isIP(host) === 0,
  } as Exclude<ConnectionOptions["ssl"], undefined>;
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

/** Bit 27 of the greeting. A server that offers it would get queries with a prefix that OceanBase cannot read. */
const QUERY_ATTRIBUTES = 0x0800_0000;

function refuseQueryAttributes(connection: Connection, doing: string): void {
  const { serverCapabilityFlags } = (
    connection as unknown as { connection: { serverCapabilityFlags: number } }
  ).connection;
  if ((serverCapabilityFlags & QUERY_ATTRIBUTES) === 0) return;
  throw new OceanBaseError(
    "unsupported",
    `${doing}: the server offers query attributes, as MySQL 8 does; an OceanBase server 4.0 or later is needed`,
  );
}

/** Sessions that the server ends together with the error; all 8xxx errors are of that kind. */
function endsSession({ errno = 0 }: DriverFailure): boolean {
  return errno === 4064 || errno === 5066 || (errno >= 8000 && errno < 9000);
}

/** Types that only OceanBase knows arrive as bytes; all others as text. */
const asText = (field: {
  type: unknown;
  string(encoding?: BufferEncoding): string | null;
  buffer(): Buffer | null;
}) => (field.type === undefined ? (field.buffer()?.toString("utf8") ?? null) : field.string("utf8"));

function withUpperCaseNames(row: Record<string, string | null>): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toUpperCase(), value]));
}

/** Grows from 0.25 s to 5 s, and is never the same for two who wait: half of it is chance. */
function backoffMs(attempt: number): number {
  const fullMs = Math.min(250 * 2 ** attempt, 5000);
  return fullMs / 2 + Math.random() * (fullMs / 2);
}
