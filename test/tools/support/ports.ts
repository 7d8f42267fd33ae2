/**
 * Below the range from which systems give out ports by themselves, and each once in this process: so a port that is given
 * up for a while stays free. Another process begins somewhere else.
 */
const PORTS = { first: 10_000, count: 20_000 };
let nextPort = Math.floor(Math.random() * PORTS.count);

/** Tries to listen on one port after another until nobody else has it, and gives that one. */
export async function takePort(listen: (port: number) => Promise<unknown>): Promise<number> {
  for (;;) {
    const port = PORTS.first + (nextPort % PORTS.count);
    nextPort += 1;
    try {
      await listen(port);
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    }
  }
}
