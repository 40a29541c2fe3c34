// The records at hand: fetched ahead, so that the next one is there before it is asked for.

const RETRY = 10000;

/** Events: `change` when records came, `trouble` when they could not be fetched. */
export class Deck extends EventTarget {
  /** Whether the server said that there is nothing more. */
  exhausted = false;
  #cards = [];
  #skipped = [];
  #fetching = null;
  #later = 0;

  /**
   * @param {string} address where more come from
   * @param {number} ahead how many to hold
   * @param {() => string[]} away items that the server still counts as open but that are decided
   */
  constructor(address, ahead, away) {
    super();
    this.address = address;
    this.ahead = ahead;
    this.away = away;
  }

  get current() {
    return this.#cards[0];
  }

  get next() {
    return this.#cards[1];
  }

  get held() {
    return this.#cards.length;
  }

  get skipped() {
    return this.#skipped.length;
  }

  /** Take up records that came with the page. */
  add(cards) {
    const away = new Set([...this.away(), ...this.#skipped.map((c) => c.item)]);
    const known = new Set(this.#cards.map((c) => c.item));
    for (const card of cards) if (!known.has(card.item) && !away.has(card.item)) this.#cards.push(card);
  }

  /** The first record is decided; give it back for the history. */
  take() {
    const card = this.#cards.shift();
    this.#turn();
    return card;
  }

  /** A record was decided in another window. */
  drop(item) {
    this.#cards = this.#cards.filter((c, i) => i === 0 || c.item !== item);
    this.#skipped = this.#skipped.filter((c) => c.item !== item);
  }

  /** Put the first record off until the others are done. */
  skip() {
    const card = this.#cards.shift();
    this.#skipped.push(card);
    this.#turn();
  }

  /** Put a record on top. */
  putBack(card) {
    this.#cards = [card, ...this.#cards.filter((c) => c.item !== card.item)];
    this.#skipped = this.#skipped.filter((c) => c.item !== card.item);
  }

  /** Records put off come again when no other is left. */
  #turn() {
    if (this.#cards.length || !this.#skipped.length || !this.exhausted) return;
    this.#cards = this.#skipped;
    this.#skipped = [];
  }

  /** Fetch as many as are missing. */
  async fill() {
    if (this.#fetching) return this.#fetching;
    if (this.#cards.length >= this.ahead || this.exhausted) return undefined;
    this.#fetching = this.#fetch().finally(() => (this.#fetching = null));
    return this.#fetching;
  }

  /** Ask again: there may be more than the server said before. */
  again() {
    this.exhausted = false;
    return this.fill();
  }

  async #fetch() {
    const wanted = this.ahead - this.#cards.length;
    const after = [...this.#cards, ...this.#skipped].map((c) => c.item).concat(this.away());
    try {
      const answer = await fetch(`${this.address}?n=${wanted}`, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify({ after }),
        credentials: "same-origin",
        redirect: "error",
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const said = await answer.json();
      this.exhausted = said.cards.length < wanted;
      this.add(said.cards);
      this.#turn();
      this.dispatchEvent(new CustomEvent("change", { detail: said }));
    } catch (error) {
      clearTimeout(this.#later);
      this.#later = setTimeout(() => this.fill(), RETRY);
      this.dispatchEvent(new CustomEvent("trouble", { detail: error }));
    }
  }
}
