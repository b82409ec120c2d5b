import type { Exchange } from './exchange.ts';

/**
 * The exchanges of one connection that are outstanding, in order. Linked, not an array: most connections go from none to one and
 * back with every request, where arrays allocate.
 */
export class ExchangeQueue implements Iterable<Exchange> {
  #first: Exchange | undefined;
  #last: Exchange | undefined;
  #length = 0;

  /** The one whose response comes next. */
  get first(): Exchange | undefined {
    return this.#first;
  }

  /** The newest. */
  get last(): Exchange | undefined {
    return this.#last;
  }

  get length(): number {
    return this.#length;
  }

  push(exchange: Exchange): void {
    if (this.#last === undefined) this.#first = exchange;
    else this.#last.next = exchange;
    this.#last = exchange;
    this.#length++;
  }

  /** Takes the first out. */
  shift(): Exchange | undefined {
    const first = this.#first;
    if (first === undefined) return undefined;
    this.#first = first.next;
    if (first.next === undefined) this.#last = undefined;
    this.#length--;
    return first;
  }

  clear(): void {
    this.#first = this.#last = undefined;
    this.#length = 0;
  }

  *[Symbol.iterator](): Iterator<Exchange> {
    for (let exchange = this.#first; exchange !== undefined; exchange = exchange.next) yield exchange;
  }
}
