import { http1Limits } from './limits.ts';

const valuesMax = http1Limits.knownHeadFields.value;

/** Where the values of those fields of one head stand that nobody asked for: whatever they are, the head means the same. */
export class SkippedValues {
  count = 0;
  /** Begins and ends in turn, relative to the head's base. Longer than needed, as shortening an array lets go of its memory. */
  readonly #places: number[] = [];

  begin(): void {
    this.count = 0;
  }

  /** Whether there were more than can be noted. */
  get isOverflown(): boolean {
    return this.count > valuesMax;
  }

  add(start: number, end: number): void {
    const index = this.count++;
    if (index >= valuesMax) return;
    this.#places[2 * index] = start;
    this.#places[2 * index + 1] = end;
  }

  startOf(index: number): number {
    return this.#places[2 * index] ?? 0;
  }

  endOf(index: number): number {
    return this.#places[2 * index + 1] ?? 0;
  }

  /** How many bytes the values have together. */
  get bytes(): number {
    let sum = 0;
    for (let index = 0; index < this.count; index++) sum += this.endOf(index) - this.startOf(index);
    return sum;
  }
}
