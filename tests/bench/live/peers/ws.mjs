// The broadcast example of the ws documentation.
import { WebSocket, WebSocketServer } from "ws";
import { takeLines } from "./lines.mjs";

const [port, linesPort] = process.argv.slice(2).map(Number);
const server = new WebSocketServer({ host: "127.0.0.1", port });

takeLines(linesPort, (line) => {
  const data = Buffer.from(line); // once for everybody
  for (const client of server.clients) {
    if (client.readyState === WebSocket.OPEN) client.send(data, { binary: false });
  }
});
