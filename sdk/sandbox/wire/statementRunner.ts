import type { Socket } from "node:net";
import { errors, ServerError } from "../cluster/errors.ts";
import { type Faults, faultError } from "../faults.ts";
import type { Result } from "../sql/result.ts";
import type { Session } from "../sql/session.ts";
import type { LoggedStatement, StatementLog } from "../statementLog.ts";
import type { PacketStream } from "./packets.ts";
import { errorPacket, resultPackets, statusOf } from "./resultPackets.ts";
import { SlowReply } from "./slowReply.ts";

/** What the commands of a connection need to know of it. */
export interface SessionSettings {
  id: number;
  /** `user@tenant`, as the log names it. */
  login: string;
  session: Session;
  socket: Socket;
  packets: PacketStream;
  log: StatementLog;
  faults: Faults;
}

/** How the rows of a result are written: as text, or in the types of a prepared statement. */
export type Format = "text" | "binary";

/** Runs the statements of one session, keeps the log of them, and does to them what a test has asked for. */
export class StatementRunner {
  private readonly settings: SessionSettings;
  private slow: SlowReply | undefined;

  constructor(settings: SessionSettings) {
    this.settings = settings;
    settings.socket.on("close", () => this.slow?.drop());
  }

  /** Ends the session, or what it is doing. */
  kill(what: "session" | "query"): void {
    const { slow } = this;
    const { socket } = this.settings;
    this.slow = undefined;
    if (what === "query") slow?.interrupt(errors.queryInterrupted());
    else if (slow === undefined) socket.destroy();
    else {
      slow.interrupt(errors.sessionInterrupted());
      socket.end();
    }
  }

  /** Runs a statement, or does to it what the test has asked for, and writes down which of the two. */
  run(sql: string, format: Format): void {
    const { log, faults, session, socket } = this.settings;
    const startedAt = performance.now();
    const fault = faults.take(sql);
    if (fault?.kind === "stall") {
      this.note(sql, "stalled");
      return;
    }
    if (fault?.kind === "cut before") {
      this.note(sql, "cut before");
      socket.destroy();
      return;
    }
    try {
      if (fault?.kind === "error") throw session.asSeen(faultError(fault), fault.forwarded);
      if (fault?.kind === "just before") fault.happens();
      const result = session.execute(sql);
      if (fault?.kind === "cut after") {
        this.note(sql, "cut after");
        socket.destroy();
        return;
      }
      if (fault?.kind === "reply later") {
        this.note(sql, "ok");
        fault.until.then(() => this.send(result, format));
        return;
      }
      if (fault?.kind === "error after") throw session.asSeen(faultError(fault), fault.forwarded);
      this.reply(sql, result, format);
    } catch (error) {
      if (error instanceof ServerError) this.note(sql, error.errno);
      throw error;
    } finally {
      log.workMs += performance.now() - startedAt;
    }
  }

  /** Sends the result; when the statement is to sleep, after that or when its time is over. */
  private reply(sql: string, result: Result, format: Format): void {
    const { session, packets } = this.settings;
    const answer = () => {
      this.note(sql, "ok");
      this.send(result, format);
    };
    const sleepMs = result.kind === "rows" ? (result.sleepSeconds ?? 0) * 1000 : 0;
    if (sleepMs === 0) {
      answer();
      return;
    }
    const fail = (error: ServerError) => {
      const seen = session.asSeen(error);
      this.note(sql, seen.errno);
      packets.send(errorPacket(seen));
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

  private send(result: Result, format: Format): void {
    this.settings.packets.send(...resultPackets(result, statusOf(this.settings.session), format));
  }

  private note(sql: string, outcome: LoggedStatement["outcome"]): void {
    const { log, id, login } = this.settings;
    log.add({ at: Date.now(), connectionId: id, login, sql, outcome });
  }
}
