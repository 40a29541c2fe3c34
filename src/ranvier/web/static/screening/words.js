// All that the script itself says, in one place.

const plural = new Intl.PluralRules("en");
const number = new Intl.NumberFormat("en");

function decisions(n) {
  return `${number.format(n)} ${plural.select(n) === "one" ? "decision" : "decisions"}`;
}

export const VERDICTS = {
  include: "Included",
  exclude: "Excluded",
  maybe: "Maybe",
  not_retrieved: "Not retrieved",
};

export const ACTIONS = {
  include: "Include",
  exclude: "Exclude",
  maybe: "Maybe",
  not_retrieved: "Full text not retrieved",
  undo: "Undo the last decision",
  skip: "Put this record off",
  note: "Write a note",
  tags: "Write tags",
  highlights: "Highlights on or off",
  criteria: "Criteria shown or hidden",
  next: "Next conflict",
  previous: "Conflict before",
  help: "These keys",
};

export const words = {
  saved: "All decisions saved",
  sending: (n) => `Sending ${decisions(n)} …`,
  waiting: (n) => `${decisions(n)} waiting to be sent`,
  offline: (n) =>
    n ? `No connection: ${decisions(n)} waiting to be sent` : "No connection: go on, nothing is lost",
  signedOut: (n) => `You are signed out: ${decisions(n)} kept here until you sign in`,
  somebodyElse: (n) => `Somebody else is signed in here: ${decisions(n)} kept until you are`,
  fragile: "This browser keeps nothing: leave the page open until all decisions are saved",
  refused: (n) => `${decisions(n)} not taken`,
  notTaken: (act, why) =>
    act.kind === "undo" ? `This was not undone: ${why}` : `${VERDICTS[act.verdict]}, not taken: ${why}`,
  done: (verdict, title) => `${VERDICTS[verdict]}: ${title}`,
  undone: "Undone. The record is back",
  nothingToUndo: "There is no decision to undo",
  skipped: "Put off until the others are done",
  skippedAgain: "These are the records you put off",
  nothingToSkip: "This is the last record: there is no other to show first",
  reasonOn: (text) => `Reason given: ${text}`,
  reasonOff: (text) => `Reason taken back: ${text}`,
  reasonNeeded: "An exclusion at full text names its reason: choose at least one",
  next: (title) => `Next: ${title}`,
  ofTotal: (done, total) => `${number.format(done)} of ${number.format(total)}`,
  left: (n) => `${number.format(n)} left`,
  pressKey: "Press a key …",
  unset: "none",
  taken: (key, action, before) =>
    `${key} stands for “${ACTIONS[action]}” now; “${ACTIONS[before]}” has no key`,
  notAKey: "This key is needed elsewhere. Choose a letter or a sign",
  keysOff: "Keys are off",
  keysOn: "Keys are on",
  marksOn: "Highlights on",
  marksOff: "Highlights off",
  imported: "Settings taken over",
};
