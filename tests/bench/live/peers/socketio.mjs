// The broadcast of the socket.io documentation: everybody in one room, the in-memory adapter, its default engine.
import { createServer } from "node:http";
import { Server } from "socket.io";
import { takeLines } from "./lines.mjs";

const [port, linesPort] = process.argv.slice(2).map(Number);
const web = createServer();
const io = new Server(web, { transports: ["websocket"], serveClient: false });

io.on("connection", (socket) => socket.join("room"));
web.listen(port, "127.0.0.1");

takeLines(linesPort, (line) => io.to("room").emit("event", JSON.parse(line)));
