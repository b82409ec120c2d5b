/** One intercept of one session, from the wish to the end. Times are of this process, milliseconds. */
export interface Life {
  readonly id: number;
  readonly service: string;
  readonly key: string;
  readonly owner: string;
  /** Before its object was asked for. */
  readonly askedAt: number;
  /** When its object said that requests arrive. */
  routedAt?: number;
  /** The same, with what new connections need to notice. */
  readyAt?: number;
  /** When somebody began to end it. */
  endingAt?: number;
  /** When it was over for sure. */
  endedAt?: number;
}

/** A time in which intercepts may be held, refused or missed: a manager is replaced, a connection was cut. */
export interface Disturbance {
  readonly from: number;
  until: number;
  /** The life that it is about; undefined: all of them. */
  readonly life?: Life | undefined;
}

/** What was the case when: whoever judges an answer looks here. */
export interface Ledger {
  begin(life: Omit<Life, 'id'>): Life;
  /** Notes a disturbance that goes on until it is told otherwise. */
  disturb(from: number, life?: Life): Disturbance;
  /** The life of that number. */
  find(id: number): Life | undefined;
  /** Lives of that service and key. */
  of(service: string, key: string): readonly Life[];
  /** Disturbances of `life` that touch that time. */
  disturbances(life: Life, from: number, until: number): readonly Disturbance[];
}

/** An empty ledger. */
export function createLedger(): Ledger {
  const lives: Life[] = [];
  const byRoute = new Map<string, Life[]>();
  const disturbances: Disturbance[] = [];
  return {
    begin(wish) {
      const life: Life = { id: lives.length, ...wish };
      lives.push(life);
      const route = `${life.service}/${life.key}`;
      byRoute.set(route, [...(byRoute.get(route) ?? []), life]);
      return life;
    },
    disturb(from, life) {
      const disturbance: Disturbance = { from, until: Infinity, life };
      disturbances.push(disturbance);
      return disturbance;
    },
    find: (id) => lives[id],
    of: (service, key) => byRoute.get(`${service}/${key}`) ?? [],
    disturbances: (life, from, until) =>
      disturbances.filter((each) => (each.life === undefined || each.life === life) && each.from <= until && from <= each.until),
  };
}
