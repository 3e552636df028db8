import { vi } from "vitest";

interface Kept {
  size: number;
  bytes: number[];
  metadata: string;
}

/** What befalls a request: an answer, or a line that breaks after so many bytes of the body; null is nothing. */
export type Fault = { status: number; body?: string; retryAfter?: number } | { drop: number } | null;

/** A server that keeps resumable uploads as tus 1.0.0 has it, at the other end of `XMLHttpRequest`. */
export class FakeTus {
  uploads = new Map<string, Kept>();
  /** What was asked, as "PATCH 5". */
  requests: string[] = [];
  /** Bytes of bodies that reached the server, counted double when they came twice. */
  received = 0;
  faults: Fault[] = [];
  already = false;
  private count = 0;

  install(): void {
    const server = this;
    vi.stubGlobal(
      "XMLHttpRequest",
      class extends FakeRequest {
        constructor() {
          super(server);
        }
      },
    );
  }

  async answer(request: FakeRequest, body: Blob | null): Promise<void> {
    const { method, headers } = request;
    this.requests.push([method, headers["Upload-Offset"]].filter(Boolean).join(" "));
    const fault = this.faults.shift() ?? null;
    if (fault && "status" in fault) {
      request.respond(fault.status, { "Retry-After": fault.retryAfter?.toString() }, fault.body ?? "");
    } else if (method === "POST") {
      const id = `u${++this.count}`;
      this.uploads.set(id, {
        size: Number(headers["Upload-Length"]),
        bytes: [],
        metadata: headers["Upload-Metadata"] ?? "",
      });
      if (fault) return request.fail();
      request.respond(201, { Location: `/uploads/${id}`, "Upload-Offset": "0" });
    } else {
      await this.continue(request, body, fault);
    }
  }

  private async continue(request: FakeRequest, body: Blob | null, fault: { drop: number } | null): Promise<void> {
    const upload = this.uploads.get(request.url.split("/").at(-1)!);
    if (!upload) return request.respond(404);
    if (request.method === "HEAD") {
      if (fault) return request.fail();
      return request.respond(200, { ...this.told(upload), "Upload-Length": `${upload.size}` });
    }
    if (Number(request.headers["Upload-Offset"]) !== upload.bytes.length) return request.respond(409);
    const bytes = [...new Uint8Array(await body!.arrayBuffer())];
    const kept = fault ? bytes.slice(0, fault.drop) : bytes;
    upload.bytes.push(...kept);
    this.received += kept.length;
    request.upload.onprogress?.({ lengthComputable: true, loaded: kept.length });
    if (fault) return request.fail();
    request.respond(204, this.told(upload));
  }

  private told({ bytes, size }: Kept): Record<string, string> {
    const offset = { "Upload-Offset": `${bytes.length}` };
    if (bytes.length < size) return offset;
    return { ...offset, "Salon-Photo": "p1", ...(this.already && { "Salon-Already": "1" }) };
  }
}

class FakeRequest {
  method = "";
  url = "";
  headers: Record<string, string> = {};
  status = 0;
  responseText = "";
  onload?: () => void;
  onerror?: (event: unknown) => void;
  upload: { onprogress?: (event: { lengthComputable: boolean; loaded: number }) => void } = {};
  private answers: Record<string, string | undefined> = {};
  private isOver = false;

  constructor(private readonly server: FakeTus) {}

  open(method: string, url: string): void {
    [this.method, this.url] = [method, url];
  }

  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }

  getResponseHeader(name: string): string | null {
    return this.answers[name] ?? null;
  }

  send(body: Blob | null): void {
    void this.server.answer(this, body);
  }

  abort(): void {
    this.isOver = true;
  }

  respond(status: number, answers: Record<string, string | undefined> = {}, text = ""): void {
    if (this.isOver) return;
    [this.status, this.answers, this.responseText] = [status, answers, text];
    this.onload?.();
  }

  fail(): void {
    if (!this.isOver) this.onerror?.(new ProgressEvent("error"));
  }
}
