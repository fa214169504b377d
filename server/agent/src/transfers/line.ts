// Owns waiting in a line that can be left: whoever's signal aborts steps out, and nobody else loses his place.
interface Place<Ticket, Given> {
  readonly ticket: Ticket;
  readonly admit: (given: Given) => void;
}

export class Line<Ticket, Given = void> {
  readonly #places: Place<Ticket, Given>[] = [];

  get length(): number {
    return this.#places.length;
  }

  /** In the order they came. */
  get tickets(): readonly Ticket[] {
    return this.#places.map(({ ticket }) => ticket);
  }

  get first(): Ticket | undefined {
    return this.#places[0]?.ticket;
  }

  /** Fulfils with what `admit` gives; `left` is called when somebody steps out, since the next one may have waited for him alone. */
  join(ticket: Ticket, signal: AbortSignal, left: () => void = () => undefined): Promise<Given> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const leave = (): void => {
        this.#places.splice(this.#places.indexOf(place), 1);
        reject(signal.reason as Error);
        left();
      };
      const place: Place<Ticket, Given> = {
        ticket,
        admit: (given) => {
          signal.removeEventListener('abort', leave);
          resolve(given);
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#places.push(place);
    });
  }

  admit(given: Given, at = 0): void {
    this.#places.splice(at, 1)[0]?.admit(given);
  }
}
