/*
 * Pauses before something is tried again. They grow, and a part of each is chance, so that callers which a busy server
 * refused at the same moment do not come back at the same moment.
 */

/** Before a query is repeated, or a login tried again: up to 0.25 s at first and 5 s at last, half of it chance. */
export function backoffMs(attempt: number): number {
  const fullMs = Math.min(250 * 2 ** attempt, 5000);
  return fullMs / 2 + Math.random() * (fullMs / 2);
}

/**
 * Before the jobs are asked what a statement without a clear answer has done: 0.5 s or more, because it may still be at
 * work, growing to 2.5 s, and up to half as much again by chance.
 *
 * @param sends how often the statement has been sent, from 1
 */
export function settleMs(sends: number): number {
  const leastMs = Math.min(500 * 2 ** (sends - 1), 2500);
  return leastMs * (1 + Math.random() / 2);
}
