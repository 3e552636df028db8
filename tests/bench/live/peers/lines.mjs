// Takes events, one JSON text a line, from the benchmark's publisher.
import { createServer } from "node:net";

export function takeLines(port, tell) {
  createServer((connection) => {
    let rest = "";
    connection.setEncoding("utf8");
    connection.on("data", (chunk) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop();
      lines.forEach(tell);
    });
  }).listen(port, "127.0.0.1");
}
