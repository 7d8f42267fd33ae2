import type { Socket } from "node:net";
import { type SecureContext, TLSSocket } from "node:tls";
import type { Cluster } from "../cluster/cluster.ts";
import { errors, ServerError } from "../cluster/errors.ts";
import { type Faults, faultError } from "../faults.ts";
import type { Result } from "../sql/result.ts";
import { type Peers, Session } from "../sql/session.ts";
import type { LoggedStatement, StatementLog } from "../statementLog.ts";
import { COMMAND } from "./commands.ts";
import { greeting, newSalt, parseLogin } from "./handshake.ts";
import { type KnownPasswords, Login, type LoginStep } from "./login.ts";
import { type Packet, PacketStream } from "./packets.ts";
import { PreparedStatements } from "./preparedStatements.ts";
import {
  columnDefinition,
  eofPacket,
  errorPacket,
  okPacket,
  resultPackets,
  status,
} from "./resultPackets.ts";
import { SlowReply } from "./slowReply.ts";

/** What a connection needs to know of its server. */
export interface ConnectionSettings {
  id: number;
  cluster: Cluster;
  log: StatementLog;
  faults: Faults;
  knownPasswords: KnownPasswords;
  tls: SecureContext | undefined;
  peers: Peers;
}

/** One client connection: greeting, login (over TLS if the client asks), then one command after the other. */
export class Connection {
  private socket: Socket;
  private readonly settings: ConnectionSettings;
  private readonly packets: PacketStream;
  private readonly salt = newSalt();
  private readonly prepared = new PreparedStatements();
  private login: Login | undefined;
  private database: string | undefined;
  private loginName = "";
  private session: Session | undefined;
  private slow: SlowReply | undefined;

  constructor(socket: Socket, settings: ConnectionSettings) {
    this.socket = socket;
    this.settings = settings;
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.slow?.drop());
    this.packets = new PacketStream(socket);
    this.packets.onPacket = (packet) => this.handle(packet);
    const { cluster, tls, id } = settings;
    const version = cluster.flavor.variables.version as string;
    this.packets.send(greeting(id, version, this.salt, tls !== undefined));
  }

  private handle(packet: Packet): void {
    try {
      if (this.session !== undefined) this.command(packet.payload);
      else if (this.login !== undefined) this.proceed(this.login.answer(packet.payload));
      else this.firstAnswer(packet.payload);
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      this.packets.send(errorPacket(this.session?.asSeen(error) ?? error));
      if (this.session === undefined) this.socket.end();
    }
  }

  private firstAnswer(payload: Buffer): void {
    const request = parseLogin(payload);
    if (request === "switch to TLS") {
      this.switchToTls();
      return;
    }
    const { cluster, log, faults, knownPasswords } = this.settings;
    const isSecure = this.socket instanceof TLSSocket;
    this.database = request.database;
    this.login = new Login(request, { cluster, log, faults, knownPasswords, salt: this.salt, isSecure });
    this.proceed(this.login.begin());
  }

  private switchToTls(): void {
    if (this.settings.tls === undefined) {
      this.socket.destroy();
      return;
    }
    // A client may send its TLS hello right behind this packet.
    this.packets.release();
    const secure = new TLSSocket(this.socket, { isServer: true, secureContext: this.settings.tls });
    secure.on("error", () => secure.destroy());
    this.packets.moveTo(secure);
    this.socket = secure;
  }

  private proceed({ packets, account }: LoginStep): void {
    if (account === undefined) {
      this.packets.send(...packets);
      return;
    }
    const { cluster, id, peers } = this.settings;
    const session = new Session(cluster, account.tenant, account.user, id, peers);
    if (this.database !== undefined) session.use(this.database);
    this.session = session;
    this.loginName = `${account.user.name}@${account.tenant.name}`;
    this.packets.send(...packets, okPacket(this.status));
  }

  /** Ends the session, or what it is doing. */
  kill(what: "session" | "query"): void {
    const { slow } = this;
    this.slow = undefined;
    if (what === "query") slow?.interrupt(errors.queryInterrupted());
    else if (slow === undefined) this.socket.destroy();
    else {
      slow.interrupt(errors.sessionInterrupted());
      this.socket.end();
    }
  }

  private get status(): number {
    return status(this.session?.tenant?.mode === "ORACLE");
  }

  private command(payload: Buffer): void {
    const session = this.session as Session;
    const text = () => payload.toString("utf8", 1);
    switch (payload[0]) {
      case COMMAND.quit:
        this.socket.end();
        return;
      case COMMAND.initDatabase:
        session.use(text());
        this.packets.send(okPacket(this.status));
        return;
      case COMMAND.query:
        this.run(text(), "text");
        return;
      case COMMAND.execute:
        this.run(this.prepared.bind(payload), "binary");
        return;
      case COMMAND.prepare:
        this.prepare(text());
        return;
      case COMMAND.closeStatement:
        this.prepared.close(payload);
        return;
      case COMMAND.fieldList:
      case COMMAND.setOption:
        this.packets.send(eofPacket(this.status));
        return;
      case COMMAND.ping:
      case COMMAND.resetStatement:
      case COMMAND.resetConnection:
        this.packets.send(okPacket(this.status));
        return;
      default:
        throw new ServerError(1047, "08S01", "Unknown command");
    }
  }

  private prepare(sql: string): void {
    const { id, parameters } = this.prepared.prepare(sql, this.session?.tenant?.mode ?? "MYSQL");
    const head = Buffer.alloc(12);
    head.writeUInt32LE(id, 1);
    head.writeUInt16LE(parameters, 7);
    const definitions = Array.from({ length: parameters }, () => columnDefinition({ name: "?", type: 253 }));
    this.packets.send(head, ...definitions, ...(parameters > 0 ? [eofPacket(this.status)] : []));
  }

  /** Runs a statement, or does to it what the test has asked for, and writes down which of the two. */
  private run(sql: string, format: "text" | "binary"): void {
    const { log, id, faults } = this.settings;
    const note = (outcome: LoggedStatement["outcome"]) =>
      log.add({ at: Date.now(), connectionId: id, login: this.loginName, sql, outcome });
    const startedAt = performance.now();
    const fault = faults.take(sql);
    if (fault?.kind === "stall") {
      note("stalled");
      return;
    }
    if (fault?.kind === "cut before") {
      note("cut before");
      this.socket.destroy();
      return;
    }
    const session = this.session as Session;
    try {
      if (fault?.kind === "error") throw session.asSeen(faultError(fault), fault.forwarded);
      if (fault?.kind === "just before") fault.happens();
      const result = session.execute(sql);
      if (fault?.kind === "cut after") {
        note("cut after");
        this.socket.destroy();
        return;
      }
      if (fault?.kind === "reply later") {
        note("ok");
        fault.until.then(() => this.packets.send(...resultPackets(result, this.status, format)));
        return;
      }
      if (fault?.kind === "error after") throw session.asSeen(faultError(fault), fault.forwarded);
      this.reply(sql, result, format, note);
    } catch (error) {
      if (error instanceof ServerError) note(error.errno);
      throw error;
    } finally {
      log.workMs += performance.now() - startedAt;
    }
  }

  /** Sends the result; when the statement is to sleep, after that or when its time is over. */
  private reply(
    sql: string,
    result: Result,
    format: "text" | "binary",
    note: (outcome: LoggedStatement["outcome"]) => void,
  ): void {
    const answer = () => {
      note("ok");
      this.packets.send(...resultPackets(result, this.status, format));
    };
    const sleepMs = result.kind === "rows" ? (result.sleepSeconds ?? 0) * 1000 : 0;
    if (sleepMs === 0) {
      answer();
      return;
    }
    const session = this.session as Session;
    const fail = (error: ServerError) => {
      const seen = session.asSeen(error);
      note(seen.errno);
      this.packets.send(errorPacket(seen));
    };
    const limitUs = session.timeLimitUs(sql);
    const isTooLong = sleepMs * 1000 > limitUs;
    const end = isTooLong ? () => fail(errors.queryTimeout(limitUs)) : answer;
    this.slow = new SlowReply(
      Math.min(sleepMs, limitUs / 1000),
      () => {
        this.slow = undefined;
        end();
      },
      fail,
    );
  }
}
