/** A resource of a program, among all others of it. */
export interface Claimant {
  name: string;
  /** What only one resource may have, and the name of the one that has it. */
  claims: Map<string, string>;
}
