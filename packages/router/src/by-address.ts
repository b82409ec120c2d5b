import type { Socket } from 'node:net';

/** How many connections each address has. */
export class ByAddress {
  readonly #counts: Map<string, number> = new Map();

  /** Counts `socket` until it is closed. False, and nothing counted, where its address has `most` already. */
  admit(socket: Socket, most: number): boolean {
    const address = socket.remoteAddress ?? '';
    const count = this.#counts.get(address) ?? 0;
    if (count >= most) return false;
    this.#counts.set(address, count + 1);
    socket.once('close', () => this.#leave(address));
    return true;
  }

  #leave(address: string): void {
    const left = (this.#counts.get(address) ?? 1) - 1;
    if (left === 0) this.#counts.delete(address);
    else this.#counts.set(address, left);
  }
}
