// Where acts lie until the server has them: IndexedDB, or localStorage where there is none.
//
// An act is { id, kind: "decide" | "undo", review, actor, stage, item, ..., tries, refused }.
// Several tabs share one shelf, so each change is one transaction on one act.

const DATABASE = "ranvier-screening";
const STORE = "acts";
const KEY = "ranvier.screening.acts";

/** Open the shelf; `kept` says whether what lies on it outlives the page. */
export async function openShelf() {
  try {
    return new Indexed(await openDatabase());
  } catch {
    return storageWorks() ? new Stored() : new Held();
  }
}

function openDatabase() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(DATABASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "id" });
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
    asked.onblocked = () => reject(new Error("blocked"));
  });
}

class Indexed {
  kept = true;

  constructor(database) {
    this.database = database;
  }

  /** Run `work` in one transaction; what it returns by `answer` comes when that has committed. */
  #within(mode, work) {
    return new Promise((resolve, reject) => {
      const options = mode === "readwrite" ? { durability: "strict" } : undefined;
      const transaction = this.database.transaction(STORE, mode, options);
      let value;
      transaction.oncomplete = () => resolve(value);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
      work(transaction.objectStore(STORE), (answer) => (value = answer));
    });
  }

  all() {
    return this.#within("readonly", (store, answer) => {
      store.getAll().onsuccess = (event) => answer(event.target.result);
    });
  }

  put(act) {
    return this.#within("readwrite", (store) => store.put(act));
  }

  remove(id) {
    return this.#within("readwrite", (store) => store.delete(id));
  }

  /**
   * Change one act: `change` gets it, or undefined, and returns what to keep, or null to take it
   * off. Gives what `change` was given.
   */
  change(id, change) {
    return this.#within("readwrite", (store, answer) => {
      store.get(id).onsuccess = (event) => {
        const held = event.target.result;
        answer(held);
        if (held === undefined) return;
        const kept = change(held);
        if (kept === null) store.delete(id);
        else if (kept !== undefined) store.put(kept);
      };
    });
  }
}

function storageWorks() {
  try {
    localStorage.setItem(`${KEY}.probe`, "1");
    localStorage.removeItem(`${KEY}.probe`);
    return true;
  } catch {
    return false;
  }
}

class Held {
  kept = false;
  #acts = {};

  read() {
    return this.#acts;
  }

  write(acts) {
    this.#acts = acts;
  }

  async all() {
    return Object.values(this.read()).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async put(act) {
    this.write({ ...this.read(), [act.id]: act });
  }

  async remove(id) {
    const { [id]: _gone, ...others } = this.read();
    this.write(others);
  }

  async change(id, change) {
    const held = this.read()[id];
    if (held === undefined) return undefined;
    const kept = change(held);
    if (kept === null) await this.remove(id);
    else if (kept !== undefined) await this.put(kept);
    return held;
  }
}

class Stored extends Held {
  kept = true;

  read() {
    try {
      return JSON.parse(localStorage.getItem(KEY)) ?? {};
    } catch {
      return {};
    }
  }

  write(acts) {
    localStorage.setItem(KEY, JSON.stringify(acts));
  }
}
