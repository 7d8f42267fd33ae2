import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PASSWD_MARKER } from "../../sdk/sandbox/cluster/jobTables.ts";
import { type Inquiry, openInquiry } from "./questions/question.ts";
import { type Answer, answerTo, misleadsTheCode, QUESTIONS, tableOf } from "./questions.ts";
import { ACCESS_KEY, makeScene } from "./scene.ts";
import { openSubjects } from "./subjects.ts";

/*
 * The questions to a cluster. The sandbox has to answer each as it is believed, in every version. On a real cluster the
 * answers are a table for people, and only one that makes the code act wrongly fails the run.
 */
const subjects = await openSubjects(makeScene);
afterAll(() => Promise.all(subjects.map((subject) => subject.stop())));

describe.each(subjects)("$name", (subject) => {
  let inquiry: Inquiry;
  const answers: Answer[] = [];
  beforeAll(async () => {
    inquiry = await openInquiry(subject);
  });
  afterAll(() => {
    inquiry?.asker.close();
    if (subject.isLive) console.log(`\n${tableOf(subject, answers)}\n`);
  });

  // A new cluster has nothing to look at before something was done on it.
  const changesFirst = QUESTIONS.toSorted(
    (one, other) => Number(other.changes ?? 0) - Number(one.changes ?? 0),
  );
  test.each(subject.isLive ? changesFirst : QUESTIONS)(
    "$fact: $about",
    { timeout: subject.patienceMs * 6 },
    async (question) => {
      const answer = await answerTo(question, inquiry);
      answers.push(answer);
      expect(misleadsTheCode(answer), answer.found.join(", ")).toBe(false);
      if (subject.isLive) return;
      expect(answer.withoutAnswer).toBeUndefined();
      expect(answer.found).not.toEqual([]);
      expect(answer.believed).toEqual(expect.arrayContaining([...answer.found]));
    },
  );

  test("tells no secret", () => {
    const table = tableOf(subject, answers);
    expect(table.split("\n").length).toBeGreaterThan(QUESTIONS.length);
    const passwords = [subject.sys, ...subject.tenants.map(({ login }) => login)].map(
      ({ password }) => password,
    );
    for (const secret of [ACCESS_KEY, PASSWD_MARKER, ...passwords.filter((password) => password)]) {
      expect(table).not.toContain(secret);
    }
  });
});
