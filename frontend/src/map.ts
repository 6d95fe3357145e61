import { setWorkerUrl } from "maplibre-gl";

// The address of a static file changes with its content; the worker lies beside this script.
setWorkerUrl(new URL("map-worker.js", import.meta.url).href);
