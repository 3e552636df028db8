import type { ClientFrame, Frame } from "../api/types";

/** A socket the test holds the other end of. */
export class FakeSocket {
  static all: FakeSocket[] = [];
  static get last(): FakeSocket {
    return FakeSocket.all.at(-1)!;
  }

  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((close: { code: number }) => void) | null = null;
  isClosed = false;
  sent: ClientFrame[] = [];

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    FakeSocket.all.push(this);
  }

  tell(frame: Frame): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  greet(seq: number, mode: "resume" | "reset" = "resume", id = "olive"): void {
    this.tell({ type: "hello", room: "lake", you: { id, name: "Olive", role: "owner" }, seq, mode });
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as ClientFrame);
  }

  drop(code = 1006): void {
    this.isClosed = true;
    this.onclose?.({ code });
  }

  close(): void {
    this.isClosed = true;
  }
}
