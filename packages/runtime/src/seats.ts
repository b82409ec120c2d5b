/** One taken seat. */
export interface Seat {
  /** Gives it up; a second time does nothing. */
  leave(): void;
}

/** A bounded number of seats for those who have proven nothing yet. */
export interface Seats {
  /**
   * Takes a seat for `holder`. Where none is left, the oldest seat of whoever holds most is taken back, and its `onLost` called: so nobody
   * keeps another out by taking many.
   */
  take(holder: string, onLost: () => void): Seat;
}

interface Taken extends Seat {
  readonly onLost: () => void;
}

/** Makes `count` seats. */
export function createSeats(count: number): Seats {
  const holders = new Map<string, Set<Taken>>();
  let taken = 0;

  const free = (holder: string, seat: Taken): void => {
    const seats = holders.get(holder);
    if (seats?.delete(seat) !== true) return;
    if (seats.size === 0) holders.delete(holder);
    taken--;
  };
  const takeBack = (): void => {
    const [greediest] = [...holders].toSorted(([, left], [, right]) => right.size - left.size);
    const [holder, [oldest] = []] = greediest ?? [];
    if (holder === undefined || oldest === undefined) return;
    free(holder, oldest);
    oldest.onLost();
  };

  return {
    take(holder, onLost) {
      if (taken >= count) takeBack();
      const seat: Taken = { onLost, leave: () => free(holder, seat) };
      const seats = holders.get(holder);
      if (seats === undefined) holders.set(holder, new Set([seat]));
      else seats.add(seat);
      taken++;
      return seat;
    },
  };
}
