// A sender in Node that nobody here wrote: tus-js-client. Options come as JSON; prints the headers of the last answer.
import { createReadStream, statSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../platform/web/package.json", import.meta.url));
const tus = require("tus-js-client");
const { endpoint, token, file, storage, chunkSize, metadata, dieAfter, parallel } = JSON.parse(process.argv[2]);

let last;
const upload = new tus.Upload(createReadStream(file), {
  endpoint,
  chunkSize,
  metadata,
  uploadSize: statSync(file).size,
  headers: { Authorization: `Bearer ${token}` },
  uploadDataDuringCreation: Boolean(parallel),
  retryDelays: [0, 100],
  urlStorage: new tus.FileUrlStorage(storage),
  storeFingerprintForResuming: true,
  removeFingerprintOnSuccess: true,
  onAfterResponse: (request, response) => (last = response),
  onChunkComplete: (size, accepted) => {
    if (dieAfter && accepted >= dieAfter) process.kill(process.pid, "SIGKILL");
  },
  onError: (problem) => {
    console.error(problem.message);
    process.exit(1);
  },
  onSuccess: () => {
    console.log(JSON.stringify({ url: upload.url, photo: last.getHeader("Salon-Photo"), already: last.getHeader("Salon-Already"), resumed }));
  },
});
const previous = await upload.findPreviousUploads();
const resumed = previous.length > 0;
if (resumed) upload.resumeFromPreviousUpload(previous[0]);
upload.start();
